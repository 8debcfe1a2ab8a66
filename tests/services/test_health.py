"""Is Roster ready to serve?"""

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from roster import migrations, services
from roster.services.health import Schema


def test_a_migrated_database_is_current(app: Flask) -> None:
    with app.app_context():
        schema = services.health.schema()

    assert schema == Schema(migrations.head(), migrations.head())
    assert schema.current


@pytest.mark.parametrize("found", [None, "0000", "9999"])
def test_another_revision_is_not_current(found: str | None) -> None:
    assert not Schema(found, "0001").current


def test_a_database_before_its_first_migration_is_at_none(app: Flask, engine: Engine) -> None:
    with engine.connect() as connection:
        tables = text("SELECT count(*) FROM information_schema.tables WHERE table_name = 'alembic_version'")
        assert connection.scalar(tables) == 1
        connection.execute(text("SET LOCAL search_path TO pg_catalog"))

        assert services.health.core.health.migration(connection) is None
