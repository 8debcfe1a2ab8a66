"""One thing done to many people at once: to those who were chosen, or to all whom a search finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from roster.database import core_of, registry, transaction, transactional
from roster.errors import SELECTION_CHANGED, SELECTION_TOO_LARGE, AppException
from roster.models import Actor
from roster.repositories import core, orm
from roster.services.operations.outcome import SET, Summary, begin, end, id_of, summary
from roster.services.operations.ways import DOABLE, WAYS, Work

MOST = 10_000
"""How many people one operation changes at most: what is done in a few seconds, in one transaction."""
SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom: those of these ids; where there are none, all whom this search (as `users.search` takes it) finds."""

    ids: tuple[UUID, ...] = ()
    search: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be done: how many are meant, how many of them would change, and some of them."""

    asked: int
    doable: int
    sample: Sequence[Row[Any]]


@transactional
def preview(organization_id: UUID, kind: str, scope: Scope, *, group_id: UUID | None = None) -> Preview:
    """Count what `run` would do. Writes nothing.

    Raises:
        AppException: GROUP_NOT_FOUND, SELECTION_TOO_LARGE.
    """
    session = registry()
    connection = core_of(session)
    if group_id is not None:
        orm.groups.by_id(session, organization_id, group_id)
    ids = _ids(connection, organization_id, scope)
    found = core.user_sets.counts(connection, organization_id, ids, group_id=group_id)
    sample = core.user_sets.sample(connection, organization_id, ids, limit=SAMPLE)
    return Preview(len(ids), DOABLE[kind](found), sample)


@transactional
def chosen(organization_id: UUID, scope: Scope) -> Sequence[Row[Any]]:
    """Return those who are meant, as `users.search` shows them, by name. Writes nothing.

    Raises:
        AppException: SELECTION_TOO_LARGE.
    """
    connection = core_of(registry())
    return core.user_sets.shown(connection, organization_id, _ids(connection, organization_id, scope))


@transactional
def run(
    actor: Actor,
    kind: str,
    scope: Scope,
    *,
    at: datetime,
    group_id: UUID | None = None,
    reason: str | None = None,
    expected: int | None = None,
) -> Summary:
    """Do one thing to many people, and write down the outcome of each. Rolls back as one.

    Whoever can't be changed is skipped, with the reason, and the rest is done. Done again with the same operation id
    (a form sent twice), it only says what was done the first time.

    Args:
        actor: who, with the operation's id.
        kind: one of WAYS.
        scope: whom.
        at: the time it counts from.
        group_id: the group, for `add` and `remove`.
        reason: what the events of `suspend` keep.
        expected: how many were counted before; where it is others by now, nothing is done.

    Raises:
        AppException: GROUP_NOT_FOUND, SELECTION_CHANGED, SELECTION_TOO_LARGE.
    """
    with transaction(registry()) as session:
        connection, work = core_of(session), Work(session, actor, at, reason)
        if begin(connection, actor, kind, _about(scope, reason), at=at):
            ids = _ids(connection, actor.organization_id, scope)
            if expected not in (None, len(ids)):
                raise AppException(SELECTION_CHANGED)
            if group_id is not None:
                work.hold(group_id)
            for start in range(0, len(ids), SET):
                WAYS[kind](work, ids[start : start + SET])
            end(connection, actor, work.outcome)
        return summary(connection, actor.organization_id, id_of(actor))


def _ids(connection: Connection, organization_id: UUID, scope: Scope) -> Sequence[UUID]:
    found = sorted(set(scope.ids))
    if not found:
        asked = core.listing.Asked(**scope.search)
        found = [*core.users.ids(connection, organization_id, asked, after=None, limit=MOST + 1)]
    if len(found) > MOST:
        raise AppException(SELECTION_TOO_LARGE, f"More than {MOST:,} people at once are too many; narrow the search.")
    return found


def _about(scope: Scope, reason: str | None) -> dict[str, Any]:
    about = {"search": None if scope.ids else dict(scope.search), "reason": reason}
    return {name: value for name, value in about.items() if value}
