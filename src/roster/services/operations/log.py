"""Operations that were done: what each was, what it did to whom, and whom it left out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster.database import core_of, registry, transactional
from roster.repositories import core
from roster.services.operations.outcome import Summary, of_row, summary


@transactional
def get(organization_id: UUID, operation_id: UUID) -> Summary:
    """Return an operation. Writes nothing.

    Raises:
        AppException: OPERATION_NOT_FOUND.
    """
    return summary(core_of(registry()), organization_id, operation_id)


@transactional
def search(organization_id: UUID, *, before: UUID | None = None, limit: int = 50) -> Sequence[Summary]:
    """Return the newest operations that are older than `before`, the newest first. Writes nothing."""
    rows = core.operations.page(core_of(registry()), organization_id, before=before, limit=limit)
    return [of_row(row) for row in rows]


@transactional
def events(
    organization_id: UUID, operation_id: UUID, *, after: UUID | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """Return what an operation did, in its order, after an event. Writes nothing."""
    return core.operations.events(core_of(registry()), organization_id, operation_id, after=after, limit=limit)


@transactional
def left_out(organization_id: UUID, operation_id: UUID, *, after: int = -1, limit: int = 50) -> Sequence[Row[Any]]:
    """Return whom an operation left out and why, in its order, after a position. Writes nothing."""
    return core.operations.left_out(core_of(registry()), organization_id, operation_id, after=after, limit=limit)
