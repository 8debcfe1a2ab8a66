"""How long the server lives: as long as anybody holds it, whatever else happens to its holders."""

import os
import shutil
import signal
import threading
from contextlib import closing
from pathlib import Path

import psycopg2

from tests.database.embedded.conftest import eventually, has_ended, home, is_running, postmaster, query, start
from tests.database.embedded.holder import FORKING, UNTIL_INTERRUPTED, finish, heard, holder
from tests.database.embedded.rights import CONTAINED, only_with_containers


class TestTheServerLives:
    def test_while_anyone_holds_it(self, instance: Path) -> None:
        first, last = start(instance), start(instance)
        pid = postmaster(instance)

        first.stop()
        first.stop()
        assert query(last, "SELECT 1") == 1

        last.stop()
        assert has_ended(pid)

    def test_until_it_has_written_everything_down(self, instance: Path) -> None:
        server = start(instance)
        with closing(psycopg2.connect(server.url.replace("+psycopg2", ""))) as session:
            session.cursor().execute("INSERT INTO kept SELECT 'not committed'")
            writer = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
            pause(query(server, writer, user="postgres"), seconds=0.2)

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

    @only_with_containers
    def test_for_several_containers_that_do_not_see_each_other_s_processes(self, instance: Path) -> None:
        with holder(instance, prefix=CONTAINED) as process:
            url = heard(process)

            with start(instance) as server:
                assert server.url == url
                assert query(server, "SELECT 1") == 1

            assert query(url, "SELECT 1") == 1
            assert finish(process) == 0
        assert not is_running(instance)

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

        eventually(lambda: has_ended(pid), within=5)  # it has let go of all by then, and is leaving


def pause(pid: int, seconds: float) -> None:
    """Make a process do nothing for a while."""
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(seconds, os.kill, (pid, signal.SIGCONT)).start()
