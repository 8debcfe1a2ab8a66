"""`roster doctor`: is everything as it should be?"""

from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import with_appcontext

from roster import services
from roster.cli.command import every_organization
from roster.config import Settings

OLDEST = 150000
"""PostgreSQL 15, as `server_version_num` writes it."""
FEED = "The feed of events has its own server's order."
SPARE = 5
"""Connections that a server should have left for people who look after it."""


@click.command()
@with_appcontext
def doctor() -> None:
    """Check settings, database and schema; exit with 1 if something is wrong."""
    healthy = True
    for good, finding in _findings(current_app.extensions["roster.settings"]):
        healthy &= good
        click.echo(f"{'ok     ' if good else 'PROBLEM'} {finding}")
    if not healthy:
        click.get_current_context().exit(1)


def _findings(settings: Settings) -> Iterator[tuple[bool, str]]:
    server, schema = services.health.server(), services.health.schema()
    most = settings.workers * (settings.pool_size + settings.pool_overflow)
    where = "DATABASE_URL" if settings.database_url else "its own folder"
    yield server.version >= OLDEST, f"PostgreSQL {server.version // 10000}, from {where}; 15 or newer is needed."
    yield server.encoding == "UTF8", f"The database's encoding is {server.encoding}; UTF8 is needed."
    yield not server.in_recovery, "The server takes writes." if not server.in_recovery else "The server is a standby."
    yield (
        most + SPARE <= server.max_connections,
        f"{settings.workers} workers may open {most} connections; the server allows {server.max_connections}.",
    )
    yield schema.current, f"The schema is at {schema.found}; this code is for {schema.expected} (roster db upgrade)."
    if schema.current:
        ahead = [found.slug for found in every_organization() if services.events.are_ahead(found.id)]
        yield not ahead, f"Events came from another server: {', '.join(ahead)} (roster db adopt)." if ahead else FEED
        exists = services.administrators.any_exist()
        yield exists, "Somebody can sign in." if exists else "Nobody can sign in: roster administrators create."
