"""Promise 15: what happens to sessions is counted, and can be seen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roster.database import database, metrics, registry
from roster.database.metrics import POOL_IN_USE, QUERIES

NAMES = [
    "database_retries_total",
    "database_skipped_total",
    "database_rollbacks_total",
    "database_commits_resolved_total",
    "database_pool_connections",
    "database_pool_in_use",
    "database_statements_per_scope_bucket",
]


def test_metrics_are_told_over_http(app: Flask, client: FlaskClient) -> None:
    response = client.get("/metrics")

    assert response.status_code == 200
    assert response.content_type.startswith("text/plain")
    assert [name for name in NAMES if name not in response.text] == []


def test_a_connection_in_use_is_counted_until_it_is_given_back(room: Flask) -> None:
    before = POOL_IN_USE._value.get()
    with room.app_context():
        registry().scalar(select(1))
        assert POOL_IN_USE._value.get() == before + 1

    assert POOL_IN_USE._value.get() == before


def test_statements_are_counted_for_each_scope(room: Flask) -> None:
    before = QUERIES._sum.get()
    with room.app_context():
        for _ in range(3):
            registry().scalar(select(1))

    assert QUERIES._sum.get() == before + 3


def test_a_connection_that_broke_in_somebodys_hands_is_not_counted_for_ever(room: Flask) -> None:
    before = POOL_IN_USE._value.get()
    with room.app_context():
        registry().scalar(select(1))
        registry().connection().connection.dbapi_connection.close()  # type: ignore[union-attr]
        database.close_scope()

    assert POOL_IN_USE._value.get() == before


@pytest.mark.parametrize("workers", [3])
def test_workers_answer_as_one(tmp_path: Path, workers: int) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    count = "from roster.database import metrics; metrics.ROLLBACKS.inc(2); metrics.POOL_IN_USE.inc()"
    for _ in range(workers):
        subprocess.run([sys.executable, "-c", count], env=environment, check=True)  # noqa: S603 - our own words
    show = "from roster.database import metrics; print(metrics.expose().decode())"

    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", show], env=environment, check=True, capture_output=True, text=True
    ).stdout

    assert "database_rollbacks_total 6.0" in told


def test_what_was_counted_can_be_read_as_numbers() -> None:
    before = metrics.counts()
    metrics.RETRIES.labels("40001").inc(2)
    metrics.SKIPPED.inc(3)
    metrics.ROLLBACKS.inc()
    metrics.RESOLVED.labels("committed").inc()
    for statements in (1, 2, 4, 5000):
        QUERIES.observe(statements)

    after = metrics.counts()

    assert after.retries["40001"] == before.retries.get("40001", 0) + 2
    assert after.resolved["committed"] == before.resolved.get("committed", 0) + 1
    assert (after.skipped, after.rollbacks) == (before.skipped + 3, before.rollbacks + 1)
    more = {most: count - dict(before.scopes)[most] for most, count in after.scopes}
    assert {most: count for most, count in more.items() if count} == {"1.0": 1, "2.0": 1, "5.0": 1, "+Inf": 1}


def test_alone_a_process_answers_for_itself() -> None:
    assert b"database_rollbacks_total" in metrics.expose()
