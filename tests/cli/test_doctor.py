"""`roster doctor`: is everything as it should be?"""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask import Flask

from roster import migrations, services
from roster.services.health import Schema
from tests import factories
from tests.cli.conftest import Process, Run
from tests.services.scenarios import from_elsewhere

NOW = datetime.now(UTC)
HEAD = max(path.stem[:4] for path in (migrations.DIRECTORY / "versions").glob("[0-9]*.py"))
HEALTHY = {"version": 170002, "max_connections": 100, "in_recovery": False, "encoding": "UTF8"}


def problems(output: str) -> list[str]:
    return [line.removeprefix("PROBLEM ") for line in output.splitlines() if line.startswith("PROBLEM ")]


def test_a_healthy_installation_is_all_right(app: Flask, roster: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.health, "server", lambda: SimpleNamespace(**HEALTHY))
    with app.app_context():
        factories.administrator()

    result = roster("doctor")

    assert (result.exit_code, problems(result.output)) == (0, [])
    assert "Somebody can sign in." in result.output
    assert "PostgreSQL 17, from DATABASE_URL" in result.output


def test_the_real_server_says_of_itself_what_is_asked(app: Flask) -> None:
    with app.app_context():
        server = services.health.server()

    assert server.version >= 150000
    assert (server.encoding, server.in_recovery) == ("UTF8", False)
    assert server.max_connections > 0


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"version": 140011}, "PostgreSQL 14, from DATABASE_URL; 15 or newer is needed."),
        ({"encoding": "SQL_ASCII"}, "The database's encoding is SQL_ASCII; UTF8 is needed."),
        ({"in_recovery": True}, "The server is a standby."),
        ({"max_connections": 10}, "2 workers may open 12 connections; the server allows 10."),
    ],
)
def test_a_server_that_does_not_fit_is_told(
    app: Flask, roster: Run, monkeypatch: pytest.MonkeyPatch, changed: dict[str, object], problem: str
) -> None:
    monkeypatch.setattr(services.health, "server", lambda: SimpleNamespace(**HEALTHY | changed))
    with app.app_context():
        factories.administrator()

    result = roster("doctor")

    assert (result.exit_code, problems(result.output)) == (1, [problem])


def test_a_directory_that_nobody_can_look_after_is_told(roster: Run) -> None:
    result = roster("doctor")

    assert result.exit_code == 1
    assert problems(result.output) == ["Nobody can sign in: roster administrators create."]


def test_a_schema_that_is_not_this_codes_is_told(roster: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.health, "schema", lambda: Schema("0000", "0001"))

    result = roster("doctor")

    assert problems(result.output) == ["The schema is at 0000; this code is for 0001 (roster db upgrade)."]


def test_an_empty_database_is_told_by_a_real_process(process: Process, empty_database: str) -> None:
    result = process("doctor", env={"DATABASE_URL": empty_database})

    assert result.returncode == 1
    assert problems(result.stdout) == [f"The schema is at None; this code is for {HEAD} (roster db upgrade)."]
    assert "Traceback" not in result.stderr


def test_events_of_another_server_are_told_until_they_are_adopted(app: Flask, roster: Run) -> None:
    with app.app_context():
        factories.administrator()
        organization = factories.organization("moved")
        factories.user(organization.id, "ada")
        from_elsewhere(organization.id)

    before = roster("doctor")
    adopted = roster("db", "adopt")
    after = roster("doctor")

    assert "Events came from another server: moved (roster db adopt)." in problems(before.output)
    assert adopted.output == "The events of 1 organizations were renumbered.\n"
    assert not [line for line in problems(after.output) if "Events" in line]
    assert roster("db", "adopt").output == "The events of 0 organizations were renumbered.\n"
