"""How Alembic runs Roster's migrations: all in one transaction, and one process at a time."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from roster.models import Base

LOCK = 7_305_211_938_426_557_441
"""A number of our own for pg_advisory_xact_lock. It ends with the transaction, so that poolers are safe."""


def migrate() -> None:
    """Run what is pending. A second process waits here, and then finds nothing left to do."""
    engine = create_engine(current_app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
        context.run_migrations()


migrate()
