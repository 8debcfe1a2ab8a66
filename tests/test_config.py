"""Settings from the environment."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

import roster
from roster import config
from roster.config import PAAS_MARKS, ConfigurationError, Settings, psycopg2_url

SOURCE = Path(roster.__file__).parent
OPERATIONS = SOURCE.parent.parent / "docs" / "operations.md"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*variables(), *PAAS_MARKS):
        monkeypatch.delenv(name, raising=False)


def variables() -> set[str]:
    """The variables that the code reads: the first argument of each `env.…()`."""
    calls = [node for node in ast.walk(ast.parse(Path(config.__file__).read_text())) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def faults(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment()
    return str(caught.value).splitlines()


def test_nothing_needs_to_be_set() -> None:
    assert Settings.from_environment() == Settings()


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "DATABASE_URL": "postgres://u:p@h/d",
        "SECRET_KEY": "secret",
        "ROSTER_INSTANCE_PATH": "/srv/roster",
        "PORT": "9000",
        "WEB_CONCURRENCY": "3",
        "ROSTER_THREADS": "5",
        "ROSTER_POOL_SIZE": "6",
        "ROSTER_POOL_OVERFLOW": "1",
        "ROSTER_POOL_TIMEOUT": "1.5",
        "ROSTER_POOL_RECYCLE": "60",
        "ROSTER_POOL_PRE_PING": "false",
        "ROSTER_CONNECT_TIMEOUT": "5",
        "ROSTER_REQUEST_TIMEOUT": "20",
        "ROSTER_LOCK_TIMEOUT": "2",
        "ROSTER_MAX_BODY": "2048",
        "ROSTER_MAX_IMPORT": "4096",
        "ROSTER_LOG_LEVEL": "DEBUG",
        "ROSTER_SECURE_COOKIES": "true",
        "ROSTER_SIGN_IN_LIMIT": "5/hour",
        "ROSTER_TOKEN_LIMIT": "6000/minute",
        "ROSTER_PROXIES": "2",
        "ROSTER_HOSTS": "roster.example.com,.example.org",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    settings = Settings.from_environment()

    assert set(given) <= variables()
    assert settings.database_url == "postgresql+psycopg2://u:p@h/d"
    default = Settings()
    for field in fields(Settings):
        assert getattr(settings, field.name) != getattr(default, field.name), field.name


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(database_url="postgresql://u:hidden@h/d", secret_key="hidden"))

    assert "hidden" not in shown


def test_every_fault_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(
        monkeypatch,
        PORT="eighty",
        WEB_CONCURRENCY="0",
        ROSTER_POOL_TIMEOUT="0",
        ROSTER_POOL_PRE_PING="perhaps",
        ROSTER_LOG_LEVEL="LOUD",
        ROSTER_MAX_BODY="",
        DATABASE_URL="mysql://u:hidden@h/d",
        DYNO="web.1",
    )

    assert sorted(line.split(":")[0] for line in told) == sorted(
        [
            *("PORT", "WEB_CONCURRENCY", "ROSTER_POOL_TIMEOUT", "ROSTER_POOL_PRE_PING", "ROSTER_LOG_LEVEL"),
            *("ROSTER_MAX_BODY", "DATABASE_URL", "SECRET_KEY"),
        ]
    )
    assert "hidden" not in str(told)


@pytest.mark.parametrize("mark", PAAS_MARKS)
def test_a_platform_without_a_database_is_refused(monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    told = faults(monkeypatch, **{mark: "1"})

    assert told == [
        "DATABASE_URL: must be set here: a platform keeps no disk, so Roster starts no database of its own.",
        "SECRET_KEY: must be set here: a long random text that stays the same.",
    ]


def test_a_platform_with_both_has_secure_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DYNO": "web.1", "DATABASE_URL": "postgres://h/d", "SECRET_KEY": "x"}.items():
        monkeypatch.setenv(name, value)

    assert Settings.from_environment().secure_cookies
    monkeypatch.setenv("ROSTER_SECURE_COOKIES", "false")
    assert not Settings.from_environment().secure_cookies


def test_more_threads_than_connections_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    told = faults(monkeypatch, ROSTER_THREADS="7")

    assert told == ["ROSTER_THREADS: more than ROSTER_POOL_SIZE + ROSTER_POOL_OVERFLOW; requests would wait in vain."]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_scheme_of_postgresql_becomes_psycopg2s(scheme: str) -> None:
    assert psycopg2_url(f"{scheme}://u:p@h:5432/d?sslmode=require") == (
        "postgresql+psycopg2://u:p@h:5432/d?sslmode=require"
    )


@pytest.mark.parametrize(
    "url",
    [
        "mysql://h/d",
        "sqlite://",
        "postgres:/h/d",
        "h/d",
        "",
        "POSTGRES",
        "postgresql+psycopg://h/d",
        "postgres://h:port/d",
    ],
)
def test_another_url_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^DATABASE_URL: must ") as caught:
        psycopg2_url(url)

    assert not url or url not in str(caught.value)


def test_every_setting_is_used_somewhere() -> None:
    files = [*SOURCE.rglob("*.py"), SOURCE.parent.parent / "gunicorn.conf.py"]
    others = [path for path in files if path.name != "config.py"]
    used = {
        node.attr
        for path in others
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "settings"
    }

    assert {field.name for field in fields(Settings)} <= used


def test_the_documentation_lists_exactly_the_variables_that_are_read() -> None:
    _, section = re.split(r"^#+ Settings\b.*$", OPERATIONS.read_text(), maxsplit=1, flags=re.MULTILINE)
    section = re.split(r"^#{1,2} ", section, maxsplit=1, flags=re.MULTILINE)[0]

    documented = re.findall(r"^\|\s*`([A-Z_]+)`\s*\|", section, flags=re.MULTILINE)

    assert sorted(documented) == sorted(variables())
