"""What Roster knows by name is one sentence and exit code 1; what it does not know stays loud."""

import pytest
from flask import Flask
from psycopg2 import OperationalError as DriverError
from psycopg2 import ProgrammingError as DriverMistake
from sqlalchemy.exc import OperationalError, ProgrammingError

from roster import services
from roster.command_line import main
from roster.config import ConfigurationError
from roster.database import is_schema_missing
from roster.database.embedded import EmbeddedError
from roster.errors import DATABASE_UNAVAILABLE, INVALID_INPUT, AppException
from tests.cli.conftest import Run

SECRET = "password of db.internal"


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(services.organizations, "search", fail)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (AppException(INVALID_INPUT, "No.", fields={"a": ["1.", "2."], "b": ["3."]}), "No.\n  a: 1. 2.\n  b: 3."),
        (ConfigurationError("PORT: no.\nSECRET_KEY: no."), "PORT: no.\nSECRET_KEY: no."),
        (EmbeddedError("PostgreSQL did not start."), "PostgreSQL did not start."),
        (OperationalError(SECRET, {}, DriverError(SECRET)), DATABASE_UNAVAILABLE.message),
    ],
)
def test_a_failure_with_a_name_is_a_sentence(
    roster: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    failing(monkeypatch, error)

    result = roster("organizations", "list")

    assert (result.exit_code, result.output) == (1, f"Error: {sentence}\n")


def test_a_missing_schema_is_a_sentence(roster: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster.cli.is_schema_missing", lambda _: True)
    failing(monkeypatch, ProgrammingError(SECRET, {}, DriverMistake(SECRET)))

    result = roster("organizations", "list")

    assert "run roster db upgrade." in result.output
    assert SECRET not in result.output
    assert not is_schema_missing(ValueError())


def test_a_mistake_of_ours_is_not_hidden(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    mistake = ProgrammingError(SECRET, {}, DriverMistake(SECRET))
    failing(monkeypatch, mistake)

    result = app.test_cli_runner().invoke(main, ["organizations", "list"])

    assert result.exception is mistake


def test_migrations_run_on_the_commands_own_application(roster: Run) -> None:
    result = roster("db", "upgrade")

    assert (result.exit_code, result.stdout) == (0, "")
