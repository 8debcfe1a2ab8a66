"""Memberships as they were before an operation, in sets; those that somebody has changed since stay as they are."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster.repositories import core
from roster.repositories.core.directory.member_sets import Pair
from roster.services.operations import members
from roster.services.operations.undoing.told import ToldMember
from roster.services.operations.undoing.users import Undoing

Members = Mapping[Pair, ToldMember]


def give_back(undoing: Undoing, told: Members) -> None:
    """Let these be members, or not, as they were."""
    connection, key = undoing.connection, undoing.actor.organization_id
    there = {row.id for row in core.user_sets.locked(connection, key, [user_id for _, user_id in told])}
    groups = core.member_sets.groups_locked(connection, key, [group_id for group_id, _ in told])
    now = core.member_sets.among(connection, key, list(told))
    later = _later(undoing, told)
    due = {
        pair: one
        for pair, one in told.items()
        if _is_due(undoing, pair, one, there, groups, pair in now and now[pair] == one.since, later.get(pair))
        and one.was != one.left
    }
    _write(undoing, due, groups)


def _later(undoing: Undoing, told: Members) -> dict[Pair, str]:
    """Who changed these memberships last since then."""
    found = core.operations.later(
        undoing.connection,
        undoing.actor.organization_id,
        undoing.operation_id,
        since=undoing.since,
        subject_ids={group_id for group_id, _ in told},
        object_ids={user_id for _, user_id in told},
    )
    pairs = ((row, (row.subject_id, row.object_id)) for row in found)
    return {pair: row.actor_label for row, pair in pairs if pair in told and row.id > told[pair].last}


def _is_due(
    undoing: Undoing,
    pair: Pair,
    told: ToldMember,
    there: set[UUID],
    groups: Mapping[UUID, Row[Any]],
    is_in: bool,
    by: str | None,
) -> bool:
    """Whether nobody is in the way; else the outcome says what is."""
    group_id, user_id = pair
    if group_id not in groups or user_id not in there:
        undoing.outcome.skip(user_id, "purged", group_id=group_id)
    elif groups[group_id].deleted_at is not None:
        undoing.outcome.skip(user_id, "group_deleted", group_id=group_id)
    elif by is not None or is_in != told.left:
        undoing.outcome.skip(user_id, "changed_since", by=by, group_id=group_id)
    else:
        return True
    return False


def _write(undoing: Undoing, due: Members, groups: members.Groups) -> None:
    labels = {user_id: one.label for (_, user_id), one in due.items()}
    come = {pair: one.since for pair, one in due.items() if one.was}
    gone = [pair for pair, one in due.items() if not one.was]
    how: dict[str, Any] = {"at": undoing.at, "told": undoing.told}
    members.put_in(undoing.connection, undoing.actor, come, groups, labels, **how)
    members.take_out(undoing.connection, undoing.actor, gone, groups, labels, **how)
    undoing.outcome.done += len(due)
