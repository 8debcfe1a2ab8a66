"""Groups that an operation deleted or brought back, as they were before; what somebody changed since stays so."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster.database import each
from roster.repositories import core
from roster.services.operations.group_writes import come_or_go
from roster.services.operations.undoing.told import ToldGroup
from roster.services.operations.undoing.users import Undoing


def give_back(undoing: Undoing, told: Sequence[ToldGroup]) -> None:
    """Bring these groups back to where they were."""
    ids = [one.id for one in told]
    groups = core.member_sets.groups_locked(undoing.connection, undoing.actor.organization_id, ids)
    later = _later(undoing, ids)
    due = [one for one in told if _is_due(undoing, one, groups.get(one.id), later.get(one.id, []))]
    skipped = each(undoing.session, due, lambda some: _write(undoing, some, groups))
    for one in skipped:
        undoing.outcome.skip(one.item.id, "group_name_taken")
    undoing.outcome.done += len(due) - len(skipped)


def _later(undoing: Undoing, ids: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    key = undoing.actor.organization_id
    found: dict[UUID, list[Row[Any]]] = {}
    for row in core.operations.later(
        undoing.connection, key, undoing.operation_id, since=undoing.since, subject_ids=ids
    ):
        found.setdefault(row.subject_id, []).append(row)
    return found


def _is_due(undoing: Undoing, told: ToldGroup, group: Row[Any] | None, later: Sequence[Row[Any]]) -> bool:
    """Whether nobody is in the way; else the outcome says what is."""
    others = [row.actor_label for row in later if row.id > told.last and row.action in ToldGroup.ACTIONS]
    if group is None:
        undoing.outcome.skip(told.id, "purged")
    elif others or (group.deleted_at is None) != told.is_live:
        undoing.outcome.skip(told.id, "changed_since", by=others[-1] if others else None)
    elif told.was_live == told.is_live:
        undoing.outcome.unchanged(told.id)
    else:
        return True
    return False


def _write(undoing: Undoing, some: Sequence[ToldGroup], groups: Mapping[UUID, Row[Any]]) -> None:
    for is_back in (False, True):
        names = {one.id: groups[one.id].display_name for one in some if one.was_live == is_back}
        if names:
            come_or_go(undoing.connection, undoing.actor, names, is_back, at=undoing.at, told=undoing.told)
