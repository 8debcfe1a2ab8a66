"""What `roster` says of itself, and of an environment that does not fit; no database is started for it."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from roster.command_line import main
from tests.cli.conftest import Process

DOCUMENTED = [
    *("db upgrade", "doctor", "organizations create", "organizations list", "administrators create", "tokens issue"),
    *("tokens list", "tokens revoke", "users import", "users export", "serve", "run", "shell", "routes"),
]


def commands(command: click.Command = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command, info_name="roster")
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from commands(inner, (*path, name))


def test_every_command_of_the_documentation_is_there() -> None:
    assert {tuple(command.split()) for command in DOCUMENTED} <= set(commands())


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_needs_no_database(path: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)

    result = CliRunner().invoke(main, [*path, "--help"])

    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output
    assert list(tmp_path.iterdir()) == []


def test_our_own_commands_say_what_they_do() -> None:
    ours = [path for path in commands() if path and path[0] not in {"db", "run", "shell", "routes"}]

    for path in ours:
        text = CliRunner().invoke(main, [*path, "--help"]).output.split("\n\n")[1].strip()
        assert text.endswith((".", "something is wrong.")), path


def test_help_of_a_real_process_starts_nothing(process: Process, tmp_path: Path) -> None:
    result = process("--help", env={"DATABASE_URL": None})

    assert result.returncode == 0
    assert result.stderr == ""
    assert "Roster, a self-hosted user directory." in result.stdout
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    ("environment", "faults"),
    [
        ({"PORT": "eighty", "WEB_CONCURRENCY": "0"}, ["PORT: ", "WEB_CONCURRENCY: "]),
        ({"DATABASE_URL": "mysql://x"}, ["DATABASE_URL: must begin with postgres:// or postgresql://."]),
        ({"DATABASE_URL": None, "SECRET_KEY": None, "DYNO": "web.1"}, ["DATABASE_URL: must be", "SECRET_KEY: must be"]),
    ],
)
def test_an_environment_that_does_not_fit_is_told_in_sentences(
    process: Process, tmp_path: Path, environment: dict[str, str | None], faults: list[str]
) -> None:
    result = process("organizations", "list", env=environment)

    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    for fault in faults:
        assert fault in result.stderr
    assert not (tmp_path / "instance").exists()


def test_an_unknown_command_is_told(process: Process) -> None:
    result = process("nonsense", env={"DATABASE_URL": None})

    assert result.returncode == 2
    assert "No such command 'nonsense'." in result.stderr
