"""The way back: what an operation did is undone, wherever nobody has changed it since."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from roster.database import Session, core_of, registry, transaction, transactional
from roster.errors import OPERATION_UNDONE, AppException
from roster.models import Actor
from roster.repositories import core
from roster.services.operations.outcome import SET, Outcome, Summary, begin, end, id_of, summary
from roster.services.operations.undoing import groups as undone_groups
from roster.services.operations.undoing import members as undone_members
from roster.services.operations.undoing import users as undone_users
from roster.services.operations.undoing.told import Told


@transactional
def undo(actor: Actor, operation_id: UUID, *, at: datetime) -> Summary:
    """Undo an operation, as one of its own: give back what its events say there was before. Rolls back as one.

    What somebody changed since stays as they left it, is skipped, and the outcome names them; the rest is undone. Any
    operation whose events carry its id can be undone, an import or an undo, too; each once. Who is deleted again, for
    they had been restored, can be restored for as long as anybody who is deleted now.

    Args:
        actor: who, with the id of the operation that undoes the other.
        operation_id: the other.
        at: the time it counts from.

    Raises:
        AppException: OPERATION_NOT_FOUND, OPERATION_UNDONE.
    """
    with transaction(registry()) as session:
        connection, key = core_of(session), actor.organization_id
        undone = summary(connection, key, operation_id)
        if begin(connection, actor, "undo", {"kind": undone.kind}, at=at, undoes=operation_id):
            _claim(connection, actor, undone)
            told = Told.of(core.operations.events(connection, key, operation_id, after=None, limit=None))
            end(connection, actor, _undo(session, actor, told, operation_id, at=at))
        return summary(connection, key, id_of(actor))


def _claim(connection: Connection, actor: Actor, undone: Summary) -> None:
    """Let nobody else undo it; one that only its events tell of is written down for that."""
    if undone.kind == "events":
        names = ("id", "kind", "at", "actor_label", "door", "about", "done")
        core.operations.add(connection, actor.organization_id, {name: getattr(undone, name) for name in names})
    if not core.operations.mark_undone(connection, actor.organization_id, undone.id, id_of(actor)):
        raise AppException(OPERATION_UNDONE)


def _undo(session: Session, actor: Actor, told: Told, operation_id: UUID, *, at: datetime) -> Outcome:
    outcome = Outcome()
    for subject_id in told.others:
        outcome.skip(subject_id, "cannot_be_undone")
    if told.first is not None:
        undoing = undone_users.Undoing(session, actor, at, operation_id, told.first, outcome)
        for users in _sets(sorted(told.users.values(), key=lambda one: one.id)):
            undone_users.give_back(undoing, users)
        for groups in _sets(sorted(told.groups.values(), key=lambda one: one.id)):
            undone_groups.give_back(undoing, groups)
        for some in _sets(sorted(told.members.items())):
            undone_members.give_back(undoing, dict(some))
    return outcome


def _sets(items: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while some := list(islice(rest, SET)):
        yield some
