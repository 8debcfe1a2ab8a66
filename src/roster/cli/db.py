"""`roster db`: the schema's history, by Flask-Migrate's commands."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

import click
from flask import g
from flask.cli import AppGroup, with_appcontext
from flask_migrate.cli import db

from roster import services
from roster.cli.command import every_organization

group = AppGroup("db", help="The schema: bring it up to date, back, or ask where it stands.")


def _by_itself(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Do what Flask-Migrate's own group does, but not before `--help` was answered: it starts the database."""

    @with_appcontext
    @wraps(callback)
    def run(*arguments: Any, **options: Any) -> Any:
        g.directory, g.x_arg = None, ()
        return callback(*arguments, **options)

    return run


def _adopted(command: click.Command) -> click.Command:
    ours = copy(command)
    ours.callback = _by_itself(command.callback) if command.callback else None
    return ours


for _command in db.commands.values():
    group.add_command(_adopted(_command))


@group.command()
@with_appcontext
def adopt() -> None:
    """Make the events of a dump this server's own, after it was restored into another one, before Roster starts."""
    adopted = [organization for organization in every_organization() if services.events.are_ahead(organization.id)]
    for organization_id in [organization.id for organization in adopted]:
        while lacking := services.events.adopt(organization_id):
            for _ in range(lacking):
                services.events.count_on(organization_id)
    click.echo(f"The events of {len(adopted)} organizations were renumbered.")
