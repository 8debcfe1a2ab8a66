"""A PostgreSQL for what is written to be read once, and then taken back."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine

from roster.database import database


@pytest.fixture(scope="session")
def plain_engine(app: Flask) -> Iterator[Engine]:
    """An engine on the same database that leaves transactions to the test; nothing of them is committed."""
    with app.app_context():
        engine = create_engine(database.engine.url)
    yield engine
    engine.dispose()
