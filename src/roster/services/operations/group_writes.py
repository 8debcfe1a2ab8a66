"""Groups that go, and groups that come back, in sets, with an event for each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from roster.models import Actor
from roster.repositories import core
from roster.repositories.core.history.events import Change


def come_or_go(
    connection: Connection,
    actor: Actor,
    names: Mapping[UUID, str],
    is_back: bool,
    *,
    at: datetime,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Bring these groups back, or soft-delete them, all of which are locked. `told` is what the events say."""
    write = core.group_sets.restore if is_back else core.group_sets.soft_delete
    write(connection, actor.organization_id, names.keys(), at=at)
    action = "group.restored" if is_back else "group.deleted"
    changes = [Change(action, key, name, told or {}) for key, name in names.items()]
    core.events.record_all(connection, actor, changes, at=at)
