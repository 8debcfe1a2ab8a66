"""Events: append-only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select
from uuid_utils.compat import uuid7

from roster.models import Actor, Event

_INSERT = insert(Event)


def record(
    connection: Connection,
    actor: Actor,
    action: str,
    *,
    subject_id: UUID,
    subject_label: str,
    changes: Mapping[str, Any],
    at: datetime,
) -> None:
    """Write down one change, in the transaction that makes it. `changes` is field → [before, after]."""
    record_all(connection, actor, [(action, subject_id, subject_label, changes)], at=at)


def record_all(
    connection: Connection, actor: Actor, done: Sequence[tuple[str, UUID, str, Mapping[str, Any]]], *, at: datetime
) -> None:
    """Write down many changes (action, subject's id, subject's label, changes) in one statement."""
    shared = {
        "organization_id": actor.organization_id,
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "door": actor.door,
        "request_id": actor.request_id,
    }
    rows = [
        shared | {"id": uuid7(), "action": action, "subject_id": key, "subject_label": label, "changes": dict(changes)}
        for action, key, label, changes in done
    ]
    if rows:
        connection.execute(_INSERT, rows)


def of_subject(connection: Connection, organization_id: UUID, subject_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """Return the newest events of one subject, the newest first."""
    statement = (
        select(Event.__table__)
        .where(Event.organization_id == organization_id, Event.subject_id == subject_id)
        .order_by(Event.id.desc())
        .limit(limit)
    )
    return connection.execute(statement).all()
