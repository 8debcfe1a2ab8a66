"""What hostile input is thrown at."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from roster.models import Base
from tests.api import Api


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


@pytest.fixture
def user(api: Api) -> dict[str, Any]:
    return api.new("ada", given_name="Ada", email="ada@example.test", attributes={"a": 1})


def rows(engine: Engine) -> dict[str, str]:
    """Every row of every table, as one text for each table."""
    everything = "SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM {} t"
    with engine.connect() as connection:
        return {name: connection.scalar(text(everything.format(f'"{name}"'))) or "" for name in Base.metadata.tables}


@pytest.fixture
def untouched(engine: Engine, api: Api, user: dict[str, Any]) -> Iterator[None]:
    """Demand that the test leaves every row of every table as it was."""
    before = rows(engine)
    yield
    assert rows(engine) == before
