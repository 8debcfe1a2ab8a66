"""For load balancers and monitors."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from roster.services.health import Schema


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_process_that_answers_is_alive_and_asks_nobody(client: FlaskClient, statements: list[str]) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.get_json()) == (200, {"status": "alive"})
    assert statements == []


def test_it_is_ready_when_the_schema_is_current(client: FlaskClient, statements: list[str]) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.get_json()) == (200, {"status": "ready"})
    assert statements


@pytest.mark.parametrize("found", [None, "0000"])
def test_it_is_not_ready_while_migrations_wait(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, found: str | None
) -> None:
    monkeypatch.setattr("roster.services.health.schema", lambda: Schema(found, "0001"))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.get_json() == {"status": "migrations pending", "found": found, "expected": "0001"}


def test_both_need_no_token_and_write_nothing(app: Flask, client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405


def test_what_was_counted_is_told_in_prometheus_words(client: FlaskClient) -> None:
    response = client.get("/metrics")

    assert (response.status_code, response.mimetype) == (200, "text/plain")
    assert "# TYPE database_" in response.text
