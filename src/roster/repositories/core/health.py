"""What the database says of itself."""

from sqlalchemy import Connection, text


def migration(connection: Connection) -> str | None:
    """Return the revision that the schema is at; None before the first."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
