"""`roster serve`, which is what `make run` runs: a newcomer's first minute."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.cli.conftest import ROSTER, Process


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(environment: dict[str, str], port: int, cwd: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start it as a terminal does: in a process group of its own, so that Ctrl-C can reach all of it."""
    with subprocess.Popen(  # noqa: S603 - our own script
        [str(ROSTER), "serve"],
        env=environment | {"PORT": str(port), "PYTHONWARNINGS": "default"},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as server:
        try:
            yield server
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)


def welcome(server: "subprocess.Popen[str]") -> str:
    """Return what it prints, once it listens."""
    assert server.stdout
    assert server.stderr
    lines = []
    for line in server.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    for line in server.stderr:
        if "Listening at" in line:
            return "".join(lines)
    raise AssertionError(f"it never listened: {lines}")


def get(port: int, path: str) -> tuple[int, str]:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.status, answer.read().decode()


def left_over(folder: Path) -> list[str]:
    """Processes that still work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


def ended(server: "subprocess.Popen[str]") -> int:
    server.communicate(timeout=30)
    return server.returncode


def test_a_newcomers_first_minute(environment: dict[str, str], port: int, tmp_path: Path) -> None:
    with serving(environment, port, tmp_path) as server:
        text = welcome(server)
        paths = ("/healthz", "/readyz", "/api/docs", "/admin/login")
        answers: dict[str, Any] = {path: get(port, path) for path in paths}
        second = subprocess.run(  # noqa: S603 - our own script
            [str(ROSTER), "serve"],
            env=environment | {"PORT": str(port)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        os.killpg(server.pid, signal.SIGINT)
        code = ended(server)

    assert f"http://127.0.0.1:{port}/" in text
    assert f"http://127.0.0.1:{port}/api/docs" in text
    assert re.search(r"Sign in as +\S+@\S+ +password: \S{8,}\n", text)
    assert [status for status, _ in answers.values()] == [200] * 4
    assert json.loads(answers["/readyz"][1]) == {"status": "ready"}
    assert second.returncode == 1
    assert second.stderr.endswith(f"Error: Port {port} is taken. Choose another one: PORT={port + 1} make run\n")
    assert code == 0
    assert left_over(tmp_path) == []

    with serving(environment, port, tmp_path) as server:
        again = welcome(server)
        server.send_signal(signal.SIGINT)  # to it alone, as from another process
        code = ended(server)

    assert again == text
    assert code == 0
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("one", [signal.SIGTERM])
def test_on_a_database_of_somebody_elses_it_ends_as_cleanly(
    environment: dict[str, str], empty_database: str, port: int, tmp_path: Path, one: signal.Signals
) -> None:
    with serving(environment | {"DATABASE_URL": empty_database}, port, tmp_path) as server:
        text = welcome(server)
        users = get(port, "/healthz")
        server.send_signal(one)
        code = ended(server)

    assert "Sign in as" in text
    assert users[0] == 200
    assert code == 0
    assert not (tmp_path / "instance" / "postgres").exists()


def test_a_taken_port_is_told_before_anything_is_changed(process: Process, empty_database: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = process("serve", env={"DATABASE_URL": empty_database, "PORT": str(port)})

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"Error: Port {port} is taken. Choose another one: PORT={port + 1} make run\n"
