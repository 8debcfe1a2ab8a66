"""`roster purge` and `roster worker`: what has to happen now and then."""

import logging
import signal
from datetime import datetime
from threading import Event

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from roster import services
from roster.cli.command import actor, now
from roster.database import registry
from roster.errors import AppException

log = logging.getLogger(__name__)


@click.command()
@with_appcontext
def purge() -> None:
    """End for good what was deleted longer ago than its organization keeps it."""
    people, organizations = purge_all(now())
    click.echo(f"{people} users and groups, {organizations} organizations purged.")


@click.command()
@click.option("--every", metavar="SECONDS", type=click.IntRange(1), default=3600, show_default=True)
@with_appcontext
def worker(every: int) -> None:
    """Purge now and then, until SIGTERM or Ctrl-C."""
    ended = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    while not ended.is_set():
        try:
            people, organizations = purge_all(now())
            log.info("purged", extra={"people": people, "organizations": organizations})
        except (SQLAlchemyError, AppException):
            log.exception("purge failed; it comes again")
        registry.remove()
        ended.wait(every)


def purge_all(at: datetime) -> tuple[int, int]:
    """Purge everything whose time is over; return how many users and groups, and how many organizations."""
    people = 0
    for organization in services.organizations.search():
        services.idempotency.forget(organization.id, at=at)
        while done := services.purge.batch(actor(organization.id), at=at):
            people += done
        while services.provisioning.requests.purge(organization.id, at=at):
            pass
    return people, sum(services.purge.organization(key, at=at) for key in services.purge.due_organizations(at=at))
