"""What the database says of itself."""

from typing import Any

from sqlalchemy import Connection, Result, Row, text


def migration(connection: Connection) -> str | None:
    """Return the revision that the schema is at; None before the first."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def server(connection: Connection) -> Row[Any]:
    """Return what the server says of itself: version (as 170002), max_connections, in_recovery, encoding."""
    result: Result[Any] = connection.execute(
        text(
            "SELECT current_setting('server_version_num')::int AS version,"
            " current_setting('max_connections')::int AS max_connections,"
            " pg_is_in_recovery() AS in_recovery, current_setting('server_encoding') AS encoding"
        )
    )
    return result.one()
