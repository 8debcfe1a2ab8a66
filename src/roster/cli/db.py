"""`roster db`: the schema's history, by Flask-Migrate's commands."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

import click
from flask import g
from flask.cli import AppGroup, with_appcontext
from flask_migrate.cli import db

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
