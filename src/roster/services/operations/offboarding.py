"""Somebody leaves today."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from roster.database import core_of, registry, transaction, transactional
from roster.errors import USER_NOT_FOUND, AppException
from roster.models import Actor
from roster.repositories import core
from roster.repositories.core.history.events import Change
from roster.services.operations import members
from roster.services.operations.outcome import Outcome, Summary, begin, end, id_of, summary


@transactional
def offboard(
    actor: Actor, user_id: UUID, *, at: datetime, reason: str | None = None, leave_groups: bool = True
) -> Summary:
    """Suspend a user and, unless told otherwise, take them out of all groups, as one operation. Rolls back as one.

    Done again with the same operation id, it only says what was done the first time.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    with transaction(registry()) as session:
        connection, key = core_of(session), actor.organization_id
        found = core.user_sets.locked(connection, key, [user_id])
        if not found or found[0].deleted_at is not None:
            raise AppException(USER_NOT_FOUND)
        name, outcome = found[0].user_name, Outcome()
        about = {"user": {"id": str(user_id), "name": name}, **({"reason": reason} if reason else {})}
        if begin(connection, actor, "offboard", about, at=at):
            if found[0].active:
                _suspend(connection, actor, user_id, name, reason, at=at)
                outcome.done += 1
            if leave_groups:
                outcome.done += _leave(connection, actor, {user_id: name}, at=at)
            end(connection, actor, outcome)
        return summary(connection, key, id_of(actor))


def _suspend(
    connection: Connection, actor: Actor, user_id: UUID, name: str, reason: str | None, *, at: datetime
) -> None:
    why: dict[str, Any] = {"reason": [None, reason]} if reason else {}
    core.user_sets.set_active(connection, actor.organization_id, [user_id], active=False, at=at)
    suspended = Change("user.suspended", user_id, name, {"active": [True, False], **why})
    core.events.record_all(connection, actor, [suspended], at=at)


def _leave(connection: Connection, actor: Actor, names: Mapping[UUID, str], *, at: datetime) -> int:
    found = core.member_sets.of_users(connection, actor.organization_id, list(names))
    pairs = [(row.group_id, row.user_id) for row in found]
    groups = core.member_sets.groups_locked(connection, actor.organization_id, [group_id for group_id, _ in pairs])
    live = [pair for pair in pairs if groups[pair[0]].deleted_at is None]
    return len(members.take_out(connection, actor, live, groups, names, at=at, told={}))
