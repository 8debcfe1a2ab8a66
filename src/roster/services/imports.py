"""Imports: many users at once, created, updated or left as they are, with a report of what was refused and why.

A file is staged line by line, and then taken in parts: matched, merged and written in sets.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Row
from uuid_utils.compat import uuid7

from roster.database import (
    Decision,
    Session,
    Skipped,
    constraint,
    core_of,
    database,
    decide,
    each,
    registry,
    savepoint,
    transaction,
    transactional,
)
from roster.errors import JOB_NOT_RUNNING, AppException
from roster.models import Actor
from roster.models.imported import Imported
from roster.normal_form import name_key
from roster.repositories import core

T = TypeVar("T")

KIND = "users.import"
BATCH = 500
"""Lines that are written by one statement."""
PART = 5000
"""Lines that are matched together, and committed together where the bad ones are skipped."""
UNSTORABLE = re.compile("[\x00-\x1f\ud800-\udfff]")
TAKEN = "user_name: taken by another user."
REASONS = {"uq_user_user_name_live": TAKEN, "uq_user_external_id_live": "external_id: taken by another user."}

OnError = Literal["skip", "rollback"]


class Record(Protocol):
    """What a reader makes of one record of a file: its values, or what is wrong with it, or its cells alone."""

    @property
    def number(self) -> int:
        """Its line, from 1."""

    @property
    def user_name(self) -> str:
        """What it is called in a report."""

    @property
    def values(self) -> Mapping[str, Any] | None:
        """What it says, by field."""

    @property
    def fault(self) -> str | None:
        """What is wrong with it."""

    @property
    def cells(self) -> Any:
        """What stands in it, where that is kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """One good record of the file: its line (from 1, the header counts), and the columns that it gives."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """One record that was left out, and why."""

    number: int
    user_name: str
    reason: str


@dataclass(slots=True)
class Report:
    """What came of an import. `kept` is False where everything was rolled back."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be imported.

    Args:
        on_error: `skip` leaves out what can't be taken and keeps the rest; `rollback` keeps nothing then.
        dry_run: do everything, report it, and keep nothing.
        format: `csv` or `jsonl`.
        columns: the header of the file.
        mapping: column → field, or nothing where the columns are called like the fields.
        file_name: what the file is called.
    """

    on_error: OnError = "rollback"
    dry_run: bool = False
    format: str = "csv"
    columns: Sequence[str] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    file_name: str | None = None


class _RolledBack(Exception):  # noqa: N818 - it says what happened
    """Leaves the savepoint, with nothing kept."""


@transactional
def stage(
    actor: Actor,
    read: Callable[[], Iterable[Record]],
    options: Options,
    *,
    state: Literal["staged", "queued", "running"],
    at: datetime,
) -> Row[Any]:
    """Take a file in, all or nothing, and return its job. Repeats itself when PostgreSQL asks for it.

    Args:
        actor: who imports, into which organization.
        read: begins to read the file, each time it is called.
        options: how it is to be imported.
        state: `staged` for a file whose columns are still to be mapped, `queued` for a worker, `running` where the
            caller goes on with it by `step`, as its first attempt.
        at: the time it counts from.
    """
    job_id, organization_id = uuid7(), actor.organization_id
    begun = {"attempts": 1, "started_at": at, "heartbeat_at": at} if state == "running" else {}
    values = {"id": job_id, "kind": KIND, "state": state, "options": asdict(options), **begun}
    with transaction(registry()) as session:
        connection = core_of(session)
        core.jobs.add(connection, actor, values, at=at)
        for lines in _ahead(_pieces(_staged(read()), BATCH)):
            core.import_lines.add_all(connection, organization_id, job_id, lines)
        return _counted(session, organization_id, job_id)


@transactional
def map_columns(
    actor: Actor, job_id: UUID, read: Callable[[int, Any], Record], options: Options, *, at: datetime
) -> Row[Any]:
    """Read the cells of a staged file anew, as their columns are mapped now; return the job. Rolls back as one.

    Args:
        actor: who imports.
        job_id: a job in the state `staged`.
        read: makes a record of a line's number and cells.
        options: how it is to be imported; replaces what was said before.
        at: the time it counts from.

    Raises:
        AppException: JOB_NOT_FOUND; JOB_NOT_RUNNING: it was begun already.
    """
    organization_id = actor.organization_id
    with transaction(registry()) as session:
        connection = core_of(session)
        _demand_staged(core.jobs.by_id(connection, organization_id, job_id, for_update=True))
        after = 0
        while rows := core.import_lines.page(connection, organization_id, job_id, after=after, limit=BATCH):
            lines = list(_staged(read(row.number, row.cells) for row in rows))
            core.import_lines.change_all(connection, organization_id, job_id, lines)
            after = rows[-1].number
        core.jobs.change(connection, organization_id, job_id, options=asdict(options), created_at=at)
        return _counted(session, organization_id, job_id)


@transactional
def start(actor: Actor, job_id: UUID, *, on_error: OnError | None = None) -> Row[Any]:
    """Leave a staged file to a worker; return its job. Rolls back as one.

    Args:
        actor: who imports.
        job_id: a job in the state `staged`.
        on_error: replaces what was said before, if it is given.

    Raises:
        AppException: JOB_NOT_FOUND; JOB_NOT_RUNNING: it was begun already.
    """
    with transaction(registry()) as session:
        connection = core_of(session)
        job = core.jobs.by_id(connection, actor.organization_id, job_id, for_update=True)
        _demand_staged(job)
        options = job.options | ({"on_error": on_error} if on_error else {})
        core.jobs.change(connection, actor.organization_id, job_id, state="queued", options=options)
        return core.jobs.by_id(connection, actor.organization_id, job_id)


@transactional
def preview(organization_id: UUID, job_id: UUID, *, limit: int = 20, only_refused: bool = False) -> Sequence[Row[Any]]:
    """Return the first lines of a file: number, user_name, cells, given, fault. Writes nothing."""
    only = False if only_refused else None
    return core.import_lines.page(core_of(registry()), organization_id, job_id, after=0, limit=limit, only=only)


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


@transactional
def users(
    actor: Actor,
    lines: Sequence[Line],
    refused: Sequence[Refused] = (),
    *,
    on_error: OnError,
    at: datetime,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """Create and update users by user name from lines at hand, all in one transaction.

    Where a record can't be taken, `skip` leaves it out and keeps the rest; `rollback` keeps nothing of the file.
    Repeats itself when PostgreSQL asks for it.

    Args:
        actor: who imports, into which organization.
        lines: valid records.
        refused: records that were found invalid before; they count.
        on_error: what a refused record means for the rest.
        at: the time it counts from.
        progress: is told how many records are done, each time some more are.
    """
    good, repeated = _without_repeats(lines)
    report = Report()
    try:
        with transaction(registry()) as session, savepoint(session):
            report = _taken(session, actor, lambda: _pieces(good, PART), at, progress)
            report.refused += [*refused, *repeated]
            if report.refused and on_error == "rollback":
                raise _RolledBack
    except _RolledBack:
        report = Report(refused=report.refused, kept=False)
    report.refused.sort(key=lambda refused: refused.number)
    return report


def _without_repeats(lines: Iterable[Line]) -> tuple[list[Line], list[Refused]]:
    first: dict[str, Line] = {}
    repeated = []
    for line in lines:
        same = first.setdefault(name_key(line.values["user_name"]), line)
        if same is not line:
            reason = f"user_name: line {same.number} has the same user name."
            repeated.append(Refused(line.number, line.values["user_name"], reason))
    return list(first.values()), repeated


def _staged(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    """The rows of the staging table."""
    for record in records:
        values = record.values
        yield {
            "number": record.number,
            "user_name": _shown(record.user_name) if values is None else values["user_name"],
            "user_name_key": None if values is None else name_key(values["user_name"]),
            "cells": record.cells,
            "given": values,
            "fault": record.fault and _shown(record.fault),
        }


def _shown(text: str) -> str:
    """The text, with a mark in place of whatever can't be stored."""
    return UNSTORABLE.sub("\ufffd", text)


def _demand_staged(job: Row[Any]) -> None:
    if job.state != "staged":
        raise AppException(JOB_NOT_RUNNING, "This import was begun already.")


def _counted(session: Session, organization_id: UUID, job_id: UUID) -> Row[Any]:
    """Refuse what stands in the file twice, and count; return the job."""
    connection = core_of(session)
    for some in core.import_lines.repeated(connection, organization_id, job_id):
        reasons = {number: f"user_name: line {first} has the same user name." for number, first in some.items()}
        core.import_lines.refuse_all(connection, organization_id, job_id, reasons)
    total, refused = core.import_lines.counts(connection, organization_id, job_id)
    report = {"created": 0, "updated": 0, "unchanged": 0, "refused": refused, "kept": True}
    counts = {"total_count": total, "done_count": refused}
    core.jobs.change(connection, organization_id, job_id, report=report, **counts)
    return core.jobs.by_id(connection, organization_id, job_id)


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
        report = _taken(self.session, self._actor, lambda: [lines], at, self._tell)
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
                report = _taken(self.session, self._actor, self._parts, at, self._tell)
                bad += len(report.refused)
                if job.options["dry_run"] or (bad and must_not_fail):
                    raise _RolledBack
        except _RolledBack:
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
        rows = core.import_lines.page(connection, job.organization_id, job.id, after=after, limit=PART, only=True)
        return [Line(row.number, row.given) for row in rows]

    def _parts(self) -> Iterator[list[Line]]:
        """Every line; others are shown in between that the job is alive."""
        lines = self._lines(0)
        while lines:
            yield lines
            if len(lines) < PART:
                return
            self._beat(lines)
            lines = self._lines(lines[-1].number)

    def _beat(self, lines: Sequence[Line]) -> None:
        job, alive = self.job, {"heartbeat_at": self.clock(), "position": lines[-1].number}
        with database.own_session() as session, transaction(session):
            if not core.jobs.change_running(core_of(session), job.organization_id, job.id, self.attempt, **alive):
                raise AppException(JOB_NOT_RUNNING)

    def _tell(self, done: int) -> None:
        self.progress(self.job.done_count + done)

    def _refuse(self, report: Report) -> None:
        reasons = {refused.number: refused.reason for refused in report.refused}
        core.import_lines.refuse_all(core_of(self.session), self.job.organization_id, self.job.id, reasons)

    def _note(self, **values: Any) -> Row[Any]:
        connection, job = core_of(self.session), self.job
        if not core.jobs.change_running(connection, job.organization_id, job.id, self.attempt, **values):
            raise AppException(JOB_NOT_RUNNING)
        return core.jobs.by_id(connection, job.organization_id, job.id)


def _taken(
    session: Session,
    actor: Actor,
    parts: Callable[[], Iterable[Sequence[Line]]],
    at: datetime,
    progress: Callable[[int], object],
) -> Report:
    """Take the lines; where PostgreSQL finds fault with some, which is rare, undo it, and look for them one by one."""
    try:
        with savepoint(session):
            return _Taking(session, actor, at, progress).all(parts())
    except ValueError:
        pass
    except Exception as error:
        if decide(error) is not Decision.SKIP:
            raise
    return _Taking(session, actor, at, progress, is_careful=True).all(parts())


@dataclass(slots=True)
class _Taking:
    """Lines being taken, and what came of them so far."""

    session: Session
    actor: Actor
    at: datetime
    progress: Callable[[int], object]
    is_careful: bool = False
    report: Report = field(default_factory=Report)
    done: int = 0

    def all(self, parts: Iterable[Sequence[Line]]) -> Report:
        for lines in parts:
            keys = [name_key(line.values["user_name"]) for line in lines]
            organization_id = self.actor.organization_id
            existing = core.users.by_user_name_keys(core_of(self.session), organization_id, keys)
            for batch in _ahead(_merged(organization_id, lines, keys, existing)):
                self._batch(batch)
        return self.report

    def _batch(self, batch: Sequence[Imported]) -> None:
        kinds: dict[int, str] = {}
        if self.is_careful:
            work = partial(self._write, kinds)
            self.report.refused += map(_refused, each(self.session, batch, work, declared=(ValueError,)))
        else:
            self._write(kinds, batch)
        self._count(batch, kinds)

    def _count(self, batch: Sequence[Imported], kinds: Mapping[int, str]) -> None:
        report = self.report
        found = list(kinds.values())
        report.created += found.count("created")
        report.updated += found.count("updated")
        report.unchanged += found.count("unchanged")
        taken = [user for user in batch if kinds.get(user.number) == "taken"]
        report.refused += [Refused(user.number, user.state["user_name"], TAKEN) for user in taken]
        self.done += len(batch)
        self.progress(self.done)

    def _write(self, kinds: dict[int, str], users: Sequence[Imported]) -> None:
        """Write some users, in sets; `each` may do again what it has only tried."""
        connection, actor, at = core_of(self.session), self.actor, self.at
        new = [user for user in users if user.is_new]
        taken = core.user_imports.add_all(
            connection,
            actor,
            [user.row for user in new],
            [email for user in new for email in user.emails],
            [_change("user.created", user) for user in new],
            at=at,
        )
        self._update([user for user in users if user.kind == "updated"])
        kinds.update({user.number: "taken" if user.id in taken else user.kind for user in users})

    def _update(self, users: Sequence[Imported]) -> None:
        connection, actor, at = core_of(self.session), self.actor, self.at
        organization_id = actor.organization_id
        rows = [user.row | {"updated_at": at, "version": user.version} for user in users]
        core.users.update_all(connection, organization_id, rows)
        moved = [user for user in users if "emails" in user.changes]
        emails = [{"organization_id": organization_id, **email} for user in moved for email in user.emails]
        core.users.replace_emails(connection, organization_id, [user.id for user in moved], emails)
        core.events.record_all(connection, actor, [_change("user.changed", user) for user in users], at=at)


def _change(action: str, user: Imported) -> core.events.Change:
    return core.events.Change(action, user.id, user.state["user_name"], user.told)


def _refused(skip: Skipped[Imported]) -> Refused:
    violated = constraint(skip.reason) or ""
    told = [reason for prefix, reason in REASONS.items() if violated.startswith(prefix)]
    return Refused(skip.item.number, skip.item.state["user_name"], (told or ["can't be stored as it is."])[0])


def _merged(
    organization_id: UUID, lines: Sequence[Line], keys: Sequence[str], existing: Mapping[str, Row[Any]]
) -> Iterator[list[Imported]]:
    merged = (
        Imported.of(organization_id, line.number, line.values, existing.get(key)).prepare()
        for line, key in zip(lines, keys, strict=True)
    )
    return _pieces(merged, BATCH)


def _pieces(items: Iterable[T], size: int) -> Iterator[list[T]]:
    items = iter(items)
    while piece := list(islice(items, size)):
        yield piece


def _ahead(pieces: Iterator[T]) -> Iterator[T]:
    """Give what comes; while PostgreSQL works on one piece, Python makes the next."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = pool.submit(next, pieces, None)
            yield piece
