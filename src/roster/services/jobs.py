"""Jobs: who works on them, how far they are, what came of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster.database import core_of, database, registry, transaction, transactional
from roster.errors import JOB_NOT_RUNNING, AppException
from roster.models import Actor
from roster.repositories import core

LOST_AFTER = timedelta(seconds=30)
"""Without a sign of life for so long, whoever runs a job is taken for dead."""
MOST_ATTEMPTS = 5
"""How often a job is taken up: one that ends its workers would end them all."""
KEPT_FOR = timedelta(days=7)
"""How long a job and its lines are kept after its end; what it did is told by events."""
ENDED = ("done", "failed", "cancelled")


@transactional
def get(organization_id: UUID, job_id: UUID) -> Row[Any]:
    """Return the job with this id. Writes nothing.

    Raises:
        AppException: JOB_NOT_FOUND.
    """
    return core.jobs.by_id(core_of(registry()), organization_id, job_id)


@transactional
def recent(organization_id: UUID, *, limit: int = 20) -> Sequence[Row[Any]]:
    """Return the organization's latest jobs, the newest first. Writes nothing."""
    return core.jobs.newest_first(core_of(registry()), organization_id, limit=limit)


@transactional
def cancel(actor: Actor, job_id: UUID, *, at: datetime) -> Row[Any]:
    """End a job before its end, and return it; what it has committed so far stays. Rolls back as one.

    Raises:
        AppException: JOB_NOT_FOUND; JOB_NOT_RUNNING: it has ended already.
    """
    with transaction(registry()) as session:
        connection, organization_id = core_of(session), actor.organization_id
        if core.jobs.by_id(connection, organization_id, job_id, for_update=True).state in ENDED:
            raise AppException(JOB_NOT_RUNNING)
        core.jobs.change(connection, organization_id, job_id, state="cancelled", finished_at=at)
        return core.jobs.by_id(connection, organization_id, job_id)


def refused(organization_id: UUID, job_id: UUID) -> Iterator[Row[Any]]:
    """Give the lines of an import that were refused, in the file's order. Memory stays flat.

    It reads through a session of its own, as a stream outlives its request, and can't be repeated: what was given is
    out. A failure ends it.
    """
    with database.own_session() as session:
        yield from core.import_lines.refused(core_of(session), organization_id, job_id)


@transactional
def waiting(*, at: datetime) -> list[UUID]:
    """Return the organizations whose jobs wait for somebody. Writes nothing."""
    return list(core.jobs.organizations(core_of(registry()), lost_since=at - LOST_AFTER))


@transactional
def claim(organization_id: UUID, *, at: datetime) -> Row[Any] | None:
    """Take up the oldest job that waits, or that was left behind, and return it; None if there is none.

    One that was taken up too often fails, and is returned as it is then. Rolls back as one.
    """
    with transaction(registry()) as session:
        connection = core_of(session)
        found = core.jobs.find_waiting(connection, organization_id, lost_since=at - LOST_AFTER)
        if found is None:
            return None
        taken = {"state": "running", "attempts": found.attempts + 1, "heartbeat_at": at}
        if found.attempts >= MOST_ATTEMPTS:
            taken = {"state": "failed", "finished_at": at}
        elif found.started_at is None:
            taken["started_at"] = at
        core.jobs.change(connection, organization_id, found.id, **taken)
        return core.jobs.by_id(connection, organization_id, found.id)


@transactional
def release(organization_id: UUID, job_id: UUID, attempt: int) -> bool:
    """Let go of a job, so that somebody else takes it up; tell whether it was still ours. Rolls back as one."""
    with transaction(registry()) as session:
        return core.jobs.change_running(core_of(session), organization_id, job_id, attempt, state="queued")


@transactional
def fail(organization_id: UUID, job_id: UUID, attempt: int, *, at: datetime) -> bool:
    """End a job that can't be done; tell whether it was still ours. Rolls back as one."""
    with transaction(registry()) as session:
        return core.jobs.change_running(
            core_of(session), organization_id, job_id, attempt, state="failed", finished_at=at
        )


@transactional
def purge(organization_id: UUID, *, at: datetime, limit: int = 20) -> int:
    """Delete jobs that ended long enough ago, with their lines; return how many. Rolls back as one."""
    with transaction(registry()) as session:
        return core.jobs.purge(core_of(session), organization_id, before=at - KEPT_FOR, limit=limit)
