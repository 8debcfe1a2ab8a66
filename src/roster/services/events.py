"""Events: who did what to whom, when, through which door."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster.database import core_of, database, registry, transaction, transactional
from roster.repositories import core
from roster.repositories.core.history.events import Search

__all__ = ["Search", "adopt", "are_ahead", "count_on", "export", "feed", "of_subject", "search"]


@transactional
def feed(organization_id: UUID, *, after: str | None = None, limit: int = 100) -> tuple[Sequence[Row[Any]], str | None]:
    """Return the next events after a place, oldest first, and the place after them: none is missed. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR.
    """
    return core.events.feed(core_of(registry()), organization_id, after=after, limit=limit)


@transactional
def search(
    organization_id: UUID, matching: Search, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """Return the newest events that match and are older than `before`, the newest first. Writes nothing."""
    return core.events.page(core_of(registry()), organization_id, matching, before=before, limit=limit)


def export(organization_id: UUID, matching: Search) -> Iterator[Row[Any]]:
    """Give every event that matches, the oldest first, as they were at one moment. Memory stays flat.

    A stream outlives its request, so it reads through a session of its own, and can't be repeated.
    """
    with database.own_session() as session:
        yield from core.events.stream(core_of(session), organization_id, matching)


@transactional
def of_subject(organization_id: UUID, subject_id: UUID, *, limit: int = 50) -> Sequence[Row[Any]]:
    """Return what was done to somebody or something, or with it, the newest first. Writes nothing."""
    return core.events.of_subject(core_of(registry()), organization_id, subject_id, limit=limit)


@transactional
def are_ahead(organization_id: UUID) -> bool:
    """Tell whether events came with transaction ids of another server, as after a dump's restore. Writes nothing."""
    return core.events.are_ahead(core_of(registry()), organization_id)


@transactional
def adopt(organization_id: UUID) -> int:
    """Renumber events that came from another server, in their order; places that the feed gave out stay good.

    Returns how many transaction ids the server has to count on before that can be done (`count_on`); 0 when it is
    done, or nothing was to do. Rolls back as one; repeats itself when PostgreSQL asks for it.
    """
    with transaction(registry()) as session:
        connection = core_of(session)
        return core.events.renumber(connection, organization_id)


@transactional
def count_on(organization_id: UUID) -> None:
    """Use up one transaction id of the server. Rolls back as one, and the id is used up all the same."""
    with transaction(registry()) as session:
        core.events.count_on(core_of(session), organization_id)
