"""`roster serve`, which is what `make run` runs: a newcomer's first minute."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any
from urllib.request import urlopen

import pytest

from roster.cli import serve
from tests.cli.conftest import ROSTER, Process
from tests.ports import free_port


@pytest.fixture
def port() -> int:
    return free_port()


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
            if server.poll() is None:  # killed at once, it would leave its PostgreSQL behind
                server.terminate()
                with suppress(subprocess.TimeoutExpired):
                    server.wait(20)
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
    server.communicate(timeout=60)
    return server.returncode


INTERRUPTED = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "roster.cli":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
"""
"""Python reads it before anything else: Ctrl-C comes while the command line is being loaded."""


def test_ctrl_c_while_it_is_still_loading_says_nothing(environment: dict[str, str], port: int, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTED)

    with serving(environment | {"PYTHONPATH": str(tmp_path)}, port, tmp_path) as server:
        said = server.communicate(timeout=60)

    assert said == ("", "")
    assert server.returncode == -signal.SIGINT


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
        assert ready_within(port, 20)
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


def ready_within(port: int, seconds: float) -> bool:
    ends_at = monotonic() + seconds
    while monotonic() < ends_at:
        with suppress(OSError):  # an HTTP error is one, too
            if get(port, "/readyz")[0] == 200:
                return True
        Event().wait(0.1)
    return False


def test_a_killed_postmaster_is_started_again(environment: dict[str, str], port: int, tmp_path: Path) -> None:
    with serving(environment, port, tmp_path) as server:
        welcome(server)
        assert ready_within(port, 20)
        record = Path(environment["ROSTER_INSTANCE_PATH"], "postgres/18/data/postmaster.pid")

        os.kill(int(record.read_text().split()[0]), signal.SIGKILL)

        assert ready_within(port, 20)
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def test_ctrl_c_while_it_looks_after_the_database_ends_the_server_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Server:
        def wait(self, timeout: float) -> int:
            if not told:
                raise subprocess.TimeoutExpired("gunicorn", timeout)
            return 0

        def terminate(self) -> None:
            told.append("terminate")

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(serve, "_revive", interrupted)

    assert serve._waited_for(Server()) == 0  # type: ignore[arg-type] # as much of a process as it asks for
    assert told == ["terminate"]


def test_half_a_body_holds_nobody_up(environment: dict[str, str], port: int, tmp_path: Path) -> None:
    limits = {"ROSTER_REQUEST_TIMEOUT": "1", "WEB_CONCURRENCY": "1", "ROSTER_THREADS": "2"}
    half = b"POST /admin/login HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\ncsrf"

    with serving(environment | limits, port, tmp_path / ".") as server, ExitStack() as stack:
        welcome(server)
        assert ready_within(port, 20)
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(4)]
        for connection in slow:
            connection.sendall(half)

        assert get(port, "/healthz")[0] == 200
        slow[0].settimeout(10)
        assert b" 408 " in slow[0].recv(100)


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-1\r\n"])
def test_a_malformed_chunk_is_the_clients_fault(
    environment: dict[str, str], port: int, tmp_path: Path, chunk: bytes
) -> None:
    with serving(environment, port, tmp_path) as server:
        welcome(server)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(b"POST /api/v1/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
            assert client.recv(100).split()[1] == b"400"
