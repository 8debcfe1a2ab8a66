"""An import at work: a part of it at a time, for whoever has the job in hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row

from roster.database import Session, core_of, database, registry, savepoint, transaction, transactional
from roster.errors import JOB_NOT_RUNNING, AppException
from roster.models import Actor
from roster.repositories import core
from roster.services.imports.taking import taken
from roster.services.imports.terms import PART, Line, Report, RolledBack


@transactional
def step(
    organization_id: UUID,
    job_id: UUID,
    attempt: int,
    *,
    clock: Callable[[], datetime],
    progress: Callable[[int], object] = lambda _: None,
) -> Row[Any]:
    """Do the next part of a running import, and return the job: call it until that is no longer running.

    A part is some thousand lines where the bad ones are skipped: it is committed with the place where it ended, so
    that whoever takes the job up goes on there. Else it is the whole file. Repeats itself when PostgreSQL asks for it.

    Args:
        organization_id: whose.
        job_id: which job.
        attempt: the job's `attempts` when the caller took it up.
        clock: tells the time.
        progress: is told how many lines are done, each time some more are; ends the work by raising.

    Raises:
        AppException: JOB_NOT_RUNNING: it was cancelled, or somebody else took it up.
    """
    with transaction(registry()) as session:
        job = core.jobs.by_id(core_of(session), organization_id, job_id)
        work = _Work(session, job, attempt, clock, progress)
        return work.whole() if job.options["on_error"] == "rollback" or job.options["dry_run"] else work.part()


@dataclass(frozen=True, slots=True)
class _Work:
    """A running job, and whoever has it in hand."""

    session: Session
    job: Row[Any]
    attempt: int
    clock: Callable[[], datetime]
    progress: Callable[[int], object]

    def part(self) -> Row[Any]:
        """Do some lines, and note the place. Who had the job before waits here, and finds that it is theirs no more."""
        at = self.clock()
        self._note(heartbeat_at=at)
        lines = self._lines(self.job.position)
        report = taken(self.session, self._actor, lambda: [lines], at, partial(self._tell, self.job.done_count))
        self._refuse(report)
        was = self.job.report
        counts = {name: was[name] + getattr(report, name) for name in ("created", "updated", "unchanged")}
        counts |= {"refused": was["refused"] + len(report.refused), "kept": True}
        done = {"done_count": self.job.done_count + len(lines), "report": counts}
        if lines:
            done["position"] = lines[-1].number
        return self._note(**done, **({} if len(lines) == PART else {"state": "done", "finished_at": at}))

    def whole(self) -> Row[Any]:
        """Do all lines, and keep all or nothing of it."""
        at, job = self.clock(), self.job
        must_not_fail, bad = job.options["on_error"] == "rollback", job.report["refused"]
        report = Report()
        try:
            with savepoint(self.session):
                report = taken(self.session, self._actor, self._parts, at, partial(self._tell, bad))
                bad += len(report.refused)
                if job.options["dry_run"] or (bad and must_not_fail):
                    raise RolledBack
        except RolledBack:
            if bad and must_not_fail:
                report = Report(refused=report.refused, kept=False)
        self._refuse(report)
        counts = {name: getattr(report, name) for name in ("created", "updated", "unchanged", "kept")}
        done = {"state": "done", "finished_at": self.clock(), "done_count": job.total_count}
        return self._note(**done, report=counts | {"refused": bad})

    @property
    def _actor(self) -> Actor:
        """Who asked for it; its events have the job's id in common."""
        job = self.job
        return Actor(
            job.organization_id, job.actor_kind, job.actor_label, job.door, job.actor_id, job.request_id, job.id
        )

    def _lines(self, after: int) -> list[Line]:
        connection, job = core_of(self.session), self.job
        rows = core.import_lines.good(connection, job.organization_id, job.id, after=after, limit=PART)
        return [Line(row.number, orjson.loads(row.given)) for row in rows]

    def _parts(self) -> Iterator[list[Line]]:
        """Every line; others are shown in between that the job is alive, and how far it is."""
        lines, done = self._lines(0), self.job.report["refused"]
        while lines:
            yield lines
            if len(lines) < PART:
                return
            done += len(lines)
            self._beat(position=lines[-1].number, done_count=done)
            lines = self._lines(lines[-1].number)

    def _beat(self, **place: int) -> None:
        job, alive = self.job, {"heartbeat_at": self.clock(), **place}
        with database.own_session() as session, transaction(session):
            if not core.jobs.change_running(core_of(session), job.organization_id, job.id, self.attempt, **alive):
                raise AppException(JOB_NOT_RUNNING)

    def _tell(self, before: int, done: int) -> None:
        self.progress(before + done)

    def _refuse(self, report: Report) -> None:
        reasons = {refused.number: refused.reason for refused in report.refused}
        core.import_lines.refuse_all(core_of(self.session), self.job.organization_id, self.job.id, reasons)

    def _note(self, **values: Any) -> Row[Any]:
        connection, job = core_of(self.session), self.job
        if not core.jobs.change_running(connection, job.organization_id, job.id, self.attempt, **values):
            raise AppException(JOB_NOT_RUNNING)
        return core.jobs.by_id(connection, job.organization_id, job.id)
