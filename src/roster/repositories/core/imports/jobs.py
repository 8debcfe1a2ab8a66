"""Jobs: what was asked for, who has it in hand, how far it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, Row, Select, and_, delete, insert, or_, select, update

from roster.errors import JOB_NOT_FOUND, AppException
from roster.models import Actor, Job
from roster.models.job import UNFINISHED

_JOB = Job.__table__


def add(connection: Connection, actor: Actor, values: Mapping[str, Any], *, at: datetime) -> None:
    """Write down a new job of the actor's. `values` are id, kind, state, options, and whatever else is not nothing."""
    who = {"actor_kind": actor.kind, "actor_id": actor.id, "actor_label": actor.label, "door": actor.door}
    new = {"total_count": 0, "done_count": 0, "position": 0, "attempts": 0, "report": {}, "created_at": at}
    owner = {"organization_id": actor.organization_id, "request_id": actor.request_id}
    connection.execute(insert(Job), {**owner, **who, **new, **values})


def by_id(connection: Connection, organization_id: UUID, job_id: UUID, *, for_update: bool = False) -> Row[Any]:
    """Return the job with this id; other writers wait, where it is `for_update`.

    Raises:
        AppException: JOB_NOT_FOUND, also for one of another organization.
    """
    statement = _of(organization_id).where(Job.id == job_id)
    if for_update:
        statement = statement.with_for_update(key_share=True)
    found: Row[Any] | None = connection.execute(statement).one_or_none()
    if found is None:
        raise AppException(JOB_NOT_FOUND)
    return found


def newest_first(connection: Connection, organization_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """Return the organization's jobs, the newest first."""
    found: Result[Any] = connection.execute(_of(organization_id).order_by(Job.id.desc()).limit(limit))
    return found.all()


def organizations(connection: Connection, *, lost_since: datetime) -> Sequence[UUID]:
    """Return the organizations that have something to do: a job nobody has, or one not heard of since."""
    return connection.scalars(select(Job.organization_id).where(_is_waiting(lost_since)).distinct()).all()


def find_waiting(connection: Connection, organization_id: UUID, *, lost_since: datetime) -> Row[Any] | None:
    """Return the oldest job that waits for somebody, held for the caller, or None; what others look at is left out."""
    statement = _of(organization_id).where(_is_waiting(lost_since)).order_by(Job.id).limit(1)
    return connection.execute(statement.with_for_update(skip_locked=True, key_share=True)).one_or_none()


def change(connection: Connection, organization_id: UUID, job_id: UUID, **values: Any) -> bool:
    """Write these columns; tell whether there is such a job."""
    statement = update(Job).where(Job.organization_id == organization_id, Job.id == job_id).values(**values)
    return connection.execute(statement).rowcount == 1


def change_running(connection: Connection, organization_id: UUID, job_id: UUID, attempt: int, **values: Any) -> bool:
    """Write these columns, if the job is still running and nobody took it up since this attempt; tell whether so."""
    mine = and_(Job.organization_id == organization_id, Job.id == job_id, Job.state == "running")
    statement = update(Job).where(mine, Job.attempts == attempt).values(**values)
    return connection.execute(statement).rowcount == 1


def purge(connection: Connection, organization_id: UUID, *, before: datetime, limit: int) -> int:
    """Delete jobs that ended before, or were staged before and never begun, their lines too; return how many."""
    is_old = or_(Job.finished_at < before, and_(Job.state == "staged", Job.created_at < before))
    due = select(Job.id).where(Job.organization_id == organization_id, is_old).order_by(Job.id).limit(limit)
    statement = delete(Job).where(
        Job.organization_id == organization_id, Job.id.in_(due.with_for_update(skip_locked=True))
    )
    return connection.execute(statement).rowcount


def _of(organization_id: UUID) -> Select[Any]:
    return select(_JOB).where(Job.organization_id == organization_id)


def _is_waiting(lost_since: datetime) -> Any:
    return and_(UNFINISHED, or_(Job.state == "queued", Job.heartbeat_at < lost_since))
