"""The command line of the application. What serves requests does without it, and without what migrates the schema."""

from flask import Flask
from flask_migrate import Migrate

from roster import cli, migrations
from roster.app import create_app
from roster.database import database


def migrating(app: Flask) -> Flask:
    """Return the application, able to bring its schema up to date."""
    Migrate(app, database, directory=str(migrations.DIRECTORY))
    return app


main = cli.commands(lambda: migrating(create_app()))
"""The command `roster`."""
