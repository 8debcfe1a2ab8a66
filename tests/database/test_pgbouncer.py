"""The core of the promises, once more through PgBouncer in transaction mode.

The tests are those of the other modules; here, `room` and `far` reach PostgreSQL through a pooler.
"""
# ruff: noqa: F401 - imported tests and their fixtures are collected here

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from roster.database import deadline, registry, transaction
from tests.database.conftest import Ledger, make_app, rows, running, through
from tests.database.proxy import Proxy, upstream_of
from tests.database.test_deadline import (
    test_a_lock_is_waited_for_no_longer_than_the_time_for_locks,
    test_a_read_outside_a_transaction_is_ended_too,
    test_limits_are_for_one_transaction_so_that_poolers_are_safe,
)
from tests.database.test_lost_commit import (
    _function,
    attempts,
    hooks,
    test_a_backend_that_still_waits_for_the_commit_is_ended_and_the_whole_repeated,
    test_a_commit_that_never_arrived_is_repeated,
    test_a_hundred_random_cuts_lose_nothing_double_nothing_and_show_nothing,
    test_an_answer_that_is_lost_after_the_server_committed_is_success,
    test_the_id_is_of_this_transaction_and_no_other,
    write,
)
from tests.database.test_retry import (
    test_a_deadlock_is_repeated,
    test_a_serialization_failure_of_the_commit_itself_is_repeated,
    test_write_skew_is_repeated_until_it_is_serial,
)
from tests.database.test_skip import (
    test_an_item_meets_the_good_ones_before_it,
)
from tests.database.test_writing import (
    test_a_dry_run_checks_constraints_that_wait_for_the_commit,
    test_a_dry_run_does_everything_and_keeps_nothing,
    test_a_savepoint_undoes_its_block_alone,
    test_a_swallowed_failure_of_a_statement_commits_nothing_and_says_so,
    test_a_write_outside_a_transaction_is_refused_by_the_database,
    test_an_isolation_level_is_for_one_transaction,
    test_nobody_else_begins_or_ends_work,
)
from tests.ports import free_port

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)"
)

SETTINGS = """
[databases]
* = host=127.0.0.1 port={server} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = 5
auth_type = any
server_tls_sslmode = disable
"""


@pytest.fixture(scope="module")
def bouncer(database_url: str) -> Iterator[int]:
    """The port of a PgBouncer between us and the server, with fewer connections than we have clients."""
    server = Proxy(upstream_of(database_url))  # by TCP: as another user it can't enter the folder of our socket
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = Path(folder, "pgbouncer.ini")
        settings.write_text(SETTINGS.format(server=server.port, port=port, user=make_url(database_url).username))
        command = [str(PROGRAM), *(("-u", "nobody") if os.geteuid() == 0 else ()), str(settings)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
            _until_it_listens(port)
            yield port
            process.terminate()
    server.close()


def _until_it_listens(port: int) -> None:
    for _ in range(3000):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("PgBouncer does not listen")


@pytest.fixture
def proxy(bouncer: int) -> Iterator[Proxy]:
    proxy = Proxy(("127.0.0.1", bouncer))
    yield proxy
    proxy.close()


@pytest.fixture
def room(proxy: Proxy, database_url: str, outside: Engine) -> Iterator[Flask]:
    with running(make_app(through(proxy, database_url))) as app:
        yield app


def test_clients_share_backends_and_nothing_of_one_stays_for_the_other(room: Flask, outside: Engine) -> None:
    pids = set()
    for key in range(10):
        with room.app_context(), deadline(5), transaction(registry()) as session:
            session.add(Ledger(id=key, value=1))
            pids.add(session.scalar(text("SELECT pg_backend_pid()")))
        with room.app_context():
            assert registry().scalar(text("SHOW statement_timeout")) == "0"
            assert " tx " not in registry().scalar(text("SHOW application_name"))

    assert len(pids) <= 5
    assert len(rows(outside)) == 10
