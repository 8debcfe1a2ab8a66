"""`roster worker`: does the jobs that somebody asked for, and what has to happen now and then."""

import gc
import logging
import signal
from collections.abc import Callable, Mapping
from threading import Event
from time import monotonic
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from roster import services
from roster.cli.command import now
from roster.cli.purge import purge_all
from roster.database import registry
from roster.errors import JOB_NOT_RUNNING, AppException

PAUSE = 1.0
"""Seconds between looks for jobs."""
STEPS: Mapping[str, Callable[..., Any]] = {services.imports.KIND: services.imports.step}
"""What does the next part of a job, by its kind."""

log = logging.getLogger(__name__)


class _Ended(Exception):  # noqa: N818 - it says what happened
    """Leaves a part of a job, which is rolled back."""


@click.command()
@click.option("--every", metavar="SECONDS", type=click.IntRange(1), default=3600, show_default=True, help="To purge.")
@with_appcontext
def worker(every: int) -> None:
    """Do jobs as they come, and purge now and then, until SIGTERM or Ctrl-C."""
    gc.freeze()  # the collector need not walk again and again through what is loaded: it stays
    ended, due = Event(), monotonic()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    while not ended.is_set():
        try:
            if monotonic() >= due:
                people, organizations = purge_all(now())
                log.info("purged", extra={"people": people, "organizations": organizations})
                due = monotonic() + every
            work(ended)
        except (SQLAlchemyError, AppException):
            log.exception("not done; it comes again")
        registry.remove()
        ended.wait(PAUSE)


def work(ended: Event) -> None:
    """Do the jobs that wait, one of each organization in turn, until none waits or `ended` is set."""
    while organizations := [] if ended.is_set() else services.jobs.waiting(at=now()):
        for organization_id in organizations:
            job = services.jobs.claim(organization_id, at=now())
            if job is not None and job.state == "running":
                _do(job, ended)


def _do(job: Any, ended: Event) -> None:
    """Do a job to its end; what goes wrong in it is its own."""
    mine = (job.organization_id, job.id, job.attempts)
    try:
        while job.state == "running":
            job = STEPS[job.kind](*mine, clock=now, progress=lambda _: _go_on(ended))
    except _Ended:
        services.jobs.release(*mine)
    except AppException as error:
        if error.error is not JOB_NOT_RUNNING:  # it was cancelled, or took so long that somebody else has it
            raise
    except SQLAlchemyError:  # whoever takes it up when the database is well again goes on
        raise
    except Exception:
        log.exception("job failed", extra={"job_id": str(job.id), "kind": job.kind})
        services.jobs.fail(*mine, at=now())


def _go_on(ended: Event) -> None:
    if ended.is_set():
        raise _Ended
