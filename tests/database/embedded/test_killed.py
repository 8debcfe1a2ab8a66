"""What becomes of a server that was killed, and of one that won't end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import psycopg2.extras
import pytest

from roster.database.embedded import Embedded
from roster.database.embedded.server import _PATIENCE
from tests.database.embedded.conftest import eventually, has_ended, home, postmaster, query, start


class TestAKilledServer:
    def test_is_recovered_with_what_it_had_committed(self, instance: Path) -> None:
        with start(instance) as server:
            query(server, "INSERT INTO kept SELECT 'committed'")
            os.kill(postmaster(instance), signal.SIGKILL)
            eventually(lambda: has_ended(postmaster(instance)))

            with start(instance) as again:
                assert query(again, "SELECT count(*) FROM kept") == 2
                assert query(server, "SELECT 1") == 1, "an earlier holder's URL works again"

    def test_is_recovered_though_a_busy_session_of_it_goes_on(self, instance: Path) -> None:
        with start(instance) as server, busy_session(server) as busy:
            os.kill(postmaster(instance), signal.SIGKILL)
            eventually(lambda: has_ended(postmaster(instance)))
            assert not has_ended(busy), "it doesn't notice by itself, or this test proves nothing"

            with start(instance) as again:
                assert query(again, "SELECT value FROM kept") == "a row"
                assert has_ended(busy)

    def test_whose_pid_is_now_another_process_is_recovered_and_that_process_left_alone(self, instance: Path) -> None:
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
            start(instance).stop()
            sockets = home(instance) / "socket"
            sockets.mkdir(mode=0o700)
            (home(instance) / "data" / "postmaster.pid").write_text(
                f"{stranger.pid}\n/x\n1\n5432\n{sockets}\n\n\nready\n"
            )
            (sockets / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")

            with start(instance) as server:
                assert query(server, "SELECT value FROM kept") == "a row"

            assert stranger.poll() is None
            stranger.kill()

    def test_deaf_to_a_polite_request_is_ended_all_the_same(
        self, instance: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("roster.database.embedded.server._PATIENCE", dict.fromkeys(_PATIENCE, 0.1))
        server = start(instance)
        pid = postmaster(instance)
        os.kill(pid, signal.SIGSTOP)

        server.stop()

        assert has_ended(pid)


@contextmanager
def busy_session(server: Embedded) -> Iterator[int]:
    """A session that computes without end and never looks up; gives its pid."""
    url = server.url.replace("+psycopg2", "")
    with closing(psycopg2.connect(url, async_=True)) as connection:
        psycopg2.extras.wait_select(connection)
        connection.cursor().execute("DO 'BEGIN LOOP END LOOP; END'")
        pid = connection.info.backend_pid
        eventually(lambda: query(server, "SELECT true FROM pg_stat_activity WHERE state = 'active' AND pid = %s", pid))
        try:
            yield pid
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)  # it would go on for ever
