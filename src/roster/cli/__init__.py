"""The command line: `roster`. A Flask group, so `roster run`, `roster shell` and `roster routes` work too."""

from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup
from sqlalchemy.exc import SQLAlchemyError

from roster.cli import administrators, db, doctor, groups, organizations, purge, serve, tokens, users, worker
from roster.config import ConfigurationError
from roster.database import is_outage, is_schema_missing
from roster.database.embedded import EmbeddedError
from roster.errors import DATABASE_UNAVAILABLE, AppException


class Commands(FlaskGroup):
    """Flask's group, which starts the application only for a command that needs it, and says failures in a sentence."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of this name, without asking the application for its own: it has none."""
        self._load_plugin_commands()
        return AppGroup.get_command(self, ctx, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        self._load_plugin_commands()
        return AppGroup.list_commands(self, ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what Roster knows by name becomes one line and exit code 1."""
        try:
            return super().invoke(ctx)
        except AppException as error:
            faults = "".join(f"\n  {name}: {' '.join(messages)}" for name, messages in error.fields.items())
            raise click.ClickException(error.message + faults) from error
        except (ConfigurationError, EmbeddedError) as error:
            raise click.ClickException(str(error)) from error
        except SQLAlchemyError as error:
            raise click.ClickException(_sentence(error)) from error


def _sentence(error: SQLAlchemyError) -> str:
    if is_outage(error):
        return DATABASE_UNAVAILABLE.message
    if is_schema_missing(error):
        return "The database's schema is not the one this code is for: run roster db upgrade."
    raise error


def commands(create_app: Callable[[], Flask]) -> Commands:
    """Return the whole command line of the application that `create_app` makes."""
    main = Commands(create_app=create_app, help="Roster, a self-hosted user directory.")
    for module in (db, organizations, administrators, tokens, users, groups):
        main.add_command(module.group)
    for command in (doctor.doctor, serve.serve, purge.purge, worker.worker):
        main.add_command(command)
    return main
