"""What a start makes, and what it finds."""

import os
from pathlib import Path

import psycopg2.errors
import pytest

from roster.database.embedded import processes
from roster.database.embedded.server import LOG_LIMIT
from tests.database.embedded.conftest import eventually, has_ended, home, is_running, mode, postmaster, query, start
from tests.database.embedded.holder import finish, heard, holder


class TestTheFirstStart:
    def test_makes_a_database_in_utf_8_that_sorts_alike_everywhere(self, empty: Path) -> None:
        with start(empty) as server:
            assert query(server, "SELECT current_user || '@' || current_database()") == "roster@roster"
            assert query(server, "SHOW server_encoding") == "UTF8"
            assert query(server, "SELECT datlocale FROM pg_database WHERE datname = 'roster'") == "C.UTF-8"
            assert query(server, "SELECT lower('ÅÉΣ')") == "åéσ"

    def test_gives_roster_its_database_and_not_the_server(self, instance: Path) -> None:
        with start(instance) as server:
            assert query(server, "SELECT rolsuper FROM pg_roles WHERE rolname = 'roster'") is False
            assert query(server, "SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'", user="postgres") is True

    def test_listens_on_no_network_and_lets_nobody_else_near(self, instance: Path) -> None:
        with start(instance) as server:
            assert query(server, "SHOW listen_addresses") == ""
            assert query(server, "SHOW data_checksums") == "on"
            assert mode(home(instance) / "socket") == mode(home(instance) / "data") == 0o700
            assert mode(home(instance).parent / "log") == 0o600

    def test_killed_half_way_is_made_anew(self, empty: Path) -> None:
        with holder(empty) as process:
            eventually(lambda: list(home(empty).glob("new-*/base")))
            process.kill()
        assert not (home(empty) / "data").exists()

        with start(empty) as server:
            assert query(server, "SELECT 1") == 1

    def test_of_six_processes_at_once_makes_one_server(self, empty: Path) -> None:
        with holder(empty) as a, holder(empty) as b, holder(empty) as c, holder(empty) as d, holder(empty) as e:
            with start(empty) as ours:
                urls = {ours.url, *map(heard, (a, b, c, d, e))}

                assert len(urls) == 1
                assert query(urls.pop(), "SELECT 1") == 1
            assert is_running(empty)

            assert [finish(process) for process in (a, b, c, d, e)] == [0] * 5
            assert not is_running(empty)


class TestALaterStart:
    def test_finds_what_was_kept(self, instance: Path) -> None:
        with start(instance) as server:
            assert query(server, "SELECT value FROM kept") == "a row"

    def test_takes_settings_over_ours(self, instance: Path) -> None:
        with start(instance, max_connections="20") as server:
            assert query(server, "SHOW max_connections") == "20"
            assert query(server, "SHOW shared_buffers") == "64MB"

    def test_is_not_misled_by_the_environment(self, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {"PGPORT": "6000", "PGDATA": "/nowhere", "LC_ALL": "nowhere", "TZ": "Asia/Tokyo"}.items():
            monkeypatch.setenv(name, value)

        with start(instance) as server:
            assert query(server, "SHOW port") == "5432"

    @pytest.mark.skipif(not Path("/proc").exists(), reason="only /proc shows another process's environment")
    def test_keeps_our_secrets_from_the_server(self, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SECRET_KEY", "of sessions")

        with start(instance):
            assert b"SECRET_KEY" not in Path(f"/proc/{postmaster(instance)}/environ").read_bytes()

    def test_empties_a_log_that_grew_large(self, instance: Path) -> None:
        log = home(instance).parent / "log"
        os.truncate(log, LOG_LIMIT + 1)

        with start(instance):
            assert log.stat().st_size < 100_000

    def test_leaves_no_private_data_in_the_log(self, instance: Path) -> None:
        with start(instance) as server:
            query(server, "CREATE TABLE person (email text UNIQUE); INSERT INTO person VALUES ('ada@example.org')")
            with pytest.raises(psycopg2.errors.UniqueViolation):
                query(server, "INSERT INTO person VALUES ('ada@example.org')")

        log = (home(instance).parent / "log").read_text()
        assert "duplicate key value" in log
        assert "ada@example.org" not in log

    def test_works_on_a_system_without_proc(self, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (home(instance) / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")

        with monkeypatch.context() as without:
            without.setattr(processes, "_PROC", Path("/no/proc"))
            with start(instance) as server, start(instance) as again:
                assert query(again, "SELECT value FROM kept") == "a row"
                assert server.url == again.url
                pid = postmaster(instance)

        assert has_ended(pid)
