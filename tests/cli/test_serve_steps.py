"""`roster serve`, step by step, with nothing started."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from roster.cli import demo, serve
from tests.cli.conftest import Run


class Gunicorn:
    """Stands for the process: waited for in vain once, then interrupted, and ends when it is told to."""

    started: list["Gunicorn"] = []  # noqa: RUF012 - emptied by each test

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.command, self.env, self.terminated, self.waits = command, env, 0, 0
        self.started.append(self)

    def __enter__(self) -> "Gunicorn":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def terminate(self) -> None:
        self.terminated += 1

    def wait(self, timeout: float) -> int:
        self.waits += 1
        if self.waits == 1:
            raise subprocess.TimeoutExpired("gunicorn", timeout)
        if not self.terminated:
            raise KeyboardInterrupt
        return 0


@pytest.fixture(autouse=True)
def gunicorn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Gunicorn]]:
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(subprocess, "Popen", Gunicorn)
    Gunicorn.started = []
    yield Gunicorn.started
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def port(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = replace(app.extensions["roster.settings"], port=port)
    monkeypatch.setitem(app.extensions, "roster.settings", settings)
    return port


@pytest.mark.parametrize("sign_in", ["owner@x.test  password: secret", None])
def test_it_welcomes_and_hands_over_to_gunicorn(
    app: Flask, roster: Run, monkeypatch: pytest.MonkeyPatch, gunicorn: list[Gunicorn], port: int, sign_in: str | None
) -> None:
    monkeypatch.setattr(demo, "fill_if_empty", lambda _: sign_in)

    result = roster("serve")

    worker, server = gunicorn
    assert result.exit_code == 0
    assert worker.command[1:] == ["-m", "roster", "worker"]
    assert f"Roster is at  http://127.0.0.1:{port}/\n" in result.output
    assert ("Sign in as" in result.output) == (sign_in is not None)
    assert f"127.0.0.1:{port}" in server.command
    assert server.env["ROSTER_INSTANCE_PATH"] == app.instance_path
    assert (server.terminated, worker.terminated) == (1, 1)


def test_it_is_told_to_end_and_tells_gunicorn(gunicorn: list[Gunicorn], app: Flask) -> None:
    with app.app_context():
        serve._gunicorn(8000)

    handler: Any = signal.getsignal(signal.SIGTERM)
    handler(signal.SIGTERM, None)
    assert gunicorn[1].terminated == 2


def test_a_taken_port_stops_it_before_anything_is_changed(
    roster: Run, monkeypatch: pytest.MonkeyPatch, gunicorn: list[Gunicorn], port: int
) -> None:
    monkeypatch.setattr(serve, "upgrade", lambda: pytest.fail("it began"))

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        result = roster("serve")

    assert (result.exit_code, gunicorn) == (1, [])
    assert result.output == f"Error: Port {port} is taken. Choose another one: PORT={port + 1} make run\n"
