"""`roster purge`: the end of what is too old."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from roster import services
from roster.cli.command import actor, now


@click.command()
@with_appcontext
def purge() -> None:
    """End for good what was deleted longer ago than its organization keeps it."""
    people, organizations = purge_all(now())
    click.echo(f"{people} users and groups, {organizations} organizations purged.")


def purge_all(at: datetime) -> tuple[int, int]:
    """Purge everything whose time is over; return how many users and groups, and how many organizations."""
    people = 0
    for organization in services.organizations.search():
        services.idempotency.forget(organization.id, at=at)
        while done := services.purge.batch(actor(organization.id), at=at):
            people += done
        while services.provisioning.requests.purge(organization.id, at=at):
            pass
        while services.jobs.purge(organization.id, at=at):
            pass
    return people, sum(services.purge.organization(key, at=at) for key in services.purge.due_organizations(at=at))
