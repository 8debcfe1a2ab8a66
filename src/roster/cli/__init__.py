"""The command line: `roster`. A Flask group, so `roster run`, `roster shell` and `roster routes` work too."""

import click
from flask.cli import FlaskGroup

from roster.app import create_app


@click.group(cls=FlaskGroup, create_app=create_app)
def main() -> None:
    """Roster, a self-hosted user directory."""
