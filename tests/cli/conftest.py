"""The command `roster`: in this process, or as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from roster.command_line import main

ROSTER = Path(sys.executable).with_name("roster")
Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def roster(app: Flask) -> Run:
    """Run a command in this process, on the tests' application."""
    runner = app.test_cli_runner()

    def run(*arguments: str, **options: Any) -> Result:
        result = runner.invoke(main, arguments, **options)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return run


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing of Roster's in it but a folder of its own."""
    names = ("PATH", "PYTHONPATH", "LANG", "COVERAGE_PROCESS_START")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {"HOME": str(tmp_path), "ROSTER_INSTANCE_PATH": str(tmp_path / "instance"), "PYTHONWARNINGS": "error"}


@pytest.fixture
def process(database_url: str, environment: dict[str, str], tmp_path: Path) -> Process:
    """Run the console script as people do, on the tests' database unless another environment says otherwise."""

    def run(*arguments: str, env: dict[str, str | None] | None = None, **options: Any) -> Any:
        variables = environment | {"DATABASE_URL": database_url, "SECRET_KEY": "x"} | (env or {})
        return subprocess.run(  # noqa: S603 - our own script
            [str(ROSTER), *arguments],
            env={name: value for name, value in variables.items() if value is not None},
            cwd=tmp_path,
            **{"capture_output": True, "text": True, "timeout": 60, "check": False} | options,
        )

    return run


@pytest.fixture
def empty_database(server_url: str) -> Iterator[str]:
    """The URL of a database without a schema."""
    name = f"roster_empty_{uuid4().hex[:12]}"
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()
