"""Members put into groups and taken out of them, in sets, with an event for each."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from roster.models import Actor
from roster.repositories import core
from roster.repositories.core.directory.member_sets import Pair
from roster.repositories.core.history.events import Change

Groups = Mapping[UUID, Row[Any]]
"""Groups that are locked, by id."""


def put_in(
    connection: Connection,
    actor: Actor,
    members: Mapping[Pair, datetime],
    groups: Groups,
    labels: Mapping[UUID, str],
    *,
    at: datetime,
    told: Mapping[str, Any],
) -> Collection[Pair]:
    """Put users into groups as since then; return those pairs that were not there. `told` is what the events say."""
    added = core.member_sets.put_in(connection, actor.organization_id, members)
    changes = [
        _change("group.member_added", pair, groups, labels, {**_since(members[pair], at), **told}) for pair in added
    ]
    _write_down(connection, actor, changes, at=at)
    return added


def take_out(
    connection: Connection,
    actor: Actor,
    pairs: Collection[Pair],
    groups: Groups,
    labels: Mapping[UUID, str],
    *,
    at: datetime,
    told: Mapping[str, Any],
) -> Collection[Pair]:
    """Take users out of groups; return those pairs that were there. The events keep since when, for an undo."""
    gone = core.member_sets.take_out(connection, actor.organization_id, pairs)
    changes = [
        _change("group.member_removed", pair, groups, labels, {"since": [since.isoformat(), None], **told})
        for pair, since in gone.items()
    ]
    _write_down(connection, actor, changes, at=at)
    return gone.keys()


def _change(action: str, pair: Pair, groups: Groups, labels: Mapping[UUID, str], told: Mapping[str, Any]) -> Change:
    group_id, user_id = pair
    return Change(action, group_id, groups[group_id].display_name, told, user_id, labels.get(user_id, ""))


def _since(since: datetime, at: datetime) -> dict[str, Any]:
    return {} if since == at else {"since": [None, since.isoformat()]}


def _write_down(connection: Connection, actor: Actor, changes: list[Change], *, at: datetime) -> None:
    core.events.record_all(connection, actor, changes, at=at)
    touched = {change.subject_id for change in changes}
    core.member_sets.count_changed(connection, actor.organization_id, touched, at=at)
