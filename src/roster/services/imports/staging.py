"""The file of an import: taken in, its columns mapped, looked at, and left to a worker."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import repeat
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row
from uuid_utils.compat import uuid7

from roster.database import Session, core_of, registry, transaction, transactional
from roster.errors import JOB_NOT_RUNNING, AppException
from roster.models import Actor
from roster.normal_form import name_key
from roster.repositories import core
from roster.services.imports.pieces import ahead, pieces_of
from roster.services.imports.terms import BATCH, KIND, OnError, Options, Record

UNSTORABLE = re.compile("[\x00-\x1f\ud800-\udfff]")


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
        pieces = pieces_of(_staged(read()), BATCH)
        ahead(
            repeat(partial(next, pieces, None)), partial(core.import_lines.add_all, connection, organization_id, job_id)
        )
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
