"""Promise 6: the bad are skipped and reported, the rest is kept, and nothing that should be retried is swallowed."""
# ruff: noqa: PT012 - it is a transaction's block that raises

import math
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, text, update
from sqlalchemy.exc import DBAPIError

from roster.database import (
    Session,
    TooManySkipped,
    constraint,
    core_of,
    deadline,
    each,
    on_commit,
    registry,
    transaction,
    transactional,
)
from roster.database.failure import Overtaken, sqlstate
from roster.database.metrics import SKIPPED
from roster.database.skip import FIRST_BATCH, MOST_LIVE
from tests.database.conftest import Ledger, Log, rows

BAD = [3, 500, 501, 502, 1999, 2000, 2500, 3333, 4000, 4001, 5000, 5432, 6000, 7000, 7777, 8191, 8192, 9000, 9998, 9999]


def _insert(session: Session, items: Sequence[int]) -> None:
    """Core, in one statement; a negative value violates the table's check."""
    core_of(session).execute(insert(Ledger), [{"id": item, "value": -1 if item in BAD else 1} for item in items])


def _add(session: Session, items: Sequence[int]) -> None:
    session.add_all(Ledger(id=item, value=-1 if item in BAD else 1) for item in items)


@pytest.mark.parametrize("work", [_insert, _add])
def test_of_ten_thousand_items_the_twenty_bad_are_reported_in_order(
    far: Flask, wire: Log, outside: Engine, work: Callable[[Session, Sequence[int]], None]
) -> None:
    before = SKIPPED._value.get()

    with far.app_context(), deadline(60), transaction(registry()) as session:
        skipped = each(session, range(10_000), lambda items: work(session, items))
        live = session.live_savepoints

    assert [skip.position for skip in skipped] == BAD
    assert [skip.item for skip in skipped] == BAD
    assert {constraint(skip.reason) for skip in skipped} == {"room_ledger_value_check"}
    assert [key for key, _ in rows(outside)] == [item for item in range(10_000) if item not in BAD]
    assert SKIPPED._value.get() == before + 20
    savepoints = _savepoints(wire)
    assert savepoints <= _bound(10_000, 20)
    assert savepoints < 300
    assert live <= MOST_LIVE


def _savepoints(wire: Log) -> int:
    return len([one for one in wire.statements if re.search(r"(^|; )SAVEPOINT", one)])


def _bound(items: int, bad: int) -> int:
    return items // FIRST_BATCH + 1 + math.ceil(2 * bad * (math.log2(FIRST_BATCH) + 1))


def test_good_items_alone_cost_a_handful_of_savepoints(far_inside: Flask, wire: Log, outside: Engine) -> None:
    with transaction(registry()) as session:
        assert each(session, range(10_000, 20_000), lambda items: _insert(session, items)) == []

    assert _savepoints(wire) == 5
    assert len(rows(outside)) == 10_000


def test_never_more_than_the_cache_holds_are_live(inside: Flask, outside: Engine) -> None:
    """Counted by PostgreSQL itself: each kept savepoint that wrote shows as a transaction id of its own."""
    bad = set(range(0, 2000, 10))

    def work(items: Sequence[int]) -> None:
        core_of(session).execute(insert(Ledger), [{"id": one, "value": -1 if one in bad else 1} for one in items])

    with transaction(registry()) as session:
        skipped = each(session, range(2000), work)
        written_by = session.scalar(text("SELECT count(DISTINCT xmin::text) FROM room_ledger"))

    assert [skip.position for skip in skipped] == sorted(bad)
    assert written_by <= MOST_LIVE + 1
    assert len(rows(outside)) == 1800


def test_the_count_of_live_savepoints_goes_on_over_several_calls(inside: Flask, outside: Engine) -> None:
    with transaction(registry()) as session:
        for item in range(20_000, 20_100):
            each(session, [item], lambda items: _insert(session, items))
        written_by = session.scalar(text("SELECT count(DISTINCT xmin::text) FROM room_ledger"))

    assert written_by == MOST_LIVE + 1
    assert len(rows(outside)) == 100


def test_an_item_meets_the_good_ones_before_it(inside: Flask, outside: Engine) -> None:
    """Of equal keys the first is kept, wherever the bad ones are."""
    keys = [1, 2, 1, 3, 2, 4, 4, 4, 5]

    def work(items: Sequence[int]) -> None:
        core_of(session).execute(insert(Ledger), [{"id": item, "value": 1} for item in items])

    with transaction(registry()) as session:
        skipped = each(session, keys, work)

    assert [(skip.position, skip.item) for skip in skipped] == [(2, 1), (4, 2), (6, 4), (7, 4)]
    assert [key for key, _ in rows(outside)] == [1, 2, 3, 4, 5]
    assert all(left < right for left, right in pairwise(skip.position for skip in skipped))


def test_too_many_bad_items_undo_everything(inside: Flask, outside: Engine) -> None:
    with pytest.raises(TooManySkipped) as caught, transaction(registry()) as session:
        each(session, range(10_000), lambda items: _insert(session, items), limit=2)

    assert [skip.position for skip in caught.value.skipped][:3] == [3, 500, 501]
    assert rows(outside) == []


def test_a_declared_error_counts_as_the_items_fault(inside: Flask, outside: Engine) -> None:
    class Unwanted(Exception):  # noqa: N818
        pass

    def work(items: Sequence[int]) -> None:
        if 7 in items:
            raise Unwanted
        _insert(session, items)

    with transaction(registry()) as session:
        skipped = each(session, range(5, 10), work, declared=(Unwanted,))

    assert [(skip.item, type(skip.reason)) for skip in skipped] == [(7, Unwanted)]
    assert [key for key, _ in rows(outside)] == [5, 6, 8, 9]


def test_an_error_that_nobody_declared_is_not_swallowed(inside: Flask, outside: Engine) -> None:
    def work(items: Sequence[int]) -> None:
        _insert(session, items)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction(registry()) as session:
        each(session, [1, 2], work)

    assert rows(outside) == []


def test_a_deadlock_inside_escalates_and_the_whole_is_repeated(inside: Flask, outside: Engine) -> None:
    """The rival holds the second row and waits for the first: PostgreSQL chooses one of us; here, us."""
    with outside.begin() as connection:
        connection.execute(insert(Ledger), [{"id": 10_001, "value": 0}, {"id": 10_002, "value": 0}])
    rival = _Rival(outside)
    attempts: list[int] = []
    hooks: list[int] = []

    @transactional
    def load() -> list[int]:
        attempts.append(1)
        with transaction(registry()) as session:
            on_commit(session, lambda: hooks.append(1))
            session.execute(text("SELECT set_config('lock_timeout', '0', true)"))
            session.execute(update(Ledger).where(Ledger.id == 10_001).values(value=1))

            def work(items: Sequence[int]) -> None:
                if len(attempts) == 1:
                    rival.deadlock()
                session.execute(update(Ledger).where(Ledger.id == 10_002).values(value=1))
                _insert(session, items)

            return [skip.position for skip in each(session, range(1000), work)]

    try:
        assert load() == [3, 500, 501, 502]
    finally:
        rival.close()
    assert len(attempts) == 2
    assert hooks == [1]
    assert rows(outside, "SELECT count(*) FROM room_ledger") == [(998,)]


class _Rival:
    """Takes the second row, and the first once we wait for the second: whoever waits first finds the deadlock."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.connection = engine.connect()
        self.pool = ThreadPoolExecutor(1)

    def deadlock(self) -> None:
        self.connection.execute(text("UPDATE room_ledger SET value = 5 WHERE id = 10002"))
        self.waiting = self.pool.submit(self._close_the_circle)

    def _close_the_circle(self) -> None:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        for _ in range(200):
            if rows(self.engine, f"{waiting} AND datname = current_database()") != [(0,)]:
                break
        self.connection.execute(text("UPDATE room_ledger SET value = 5 WHERE id = 10001"))
        self.connection.rollback()

    def close(self) -> None:
        self.waiting.result(10)
        self.pool.shutdown()
        self.connection.close()


def test_a_lost_connection_inside_escalates(inside: Flask, outside: Engine) -> None:
    def work(items: Sequence[int]) -> None:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with outside.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        _insert(session, items)

    with pytest.raises(DBAPIError) as caught, transaction(registry()) as session:
        each(session, [1, 2], work)

    assert caught.value.connection_invalidated


def test_what_was_tried_with_success_and_then_fails_asks_for_a_retry(inside: Flask, outside: Engine) -> None:
    """Past the savepoints that the cache holds, items are tried first; a rival may come in between."""
    calls: list[int] = []

    def work(items: Sequence[int]) -> None:
        calls.append(1)
        if len(calls) == 2:
            with outside.begin() as connection:
                connection.execute(insert(Ledger).values(id=1, value=1))
        core_of(session).execute(insert(Ledger), [{"id": item, "value": 1} for item in items])

    with pytest.raises(Overtaken) as caught, transaction(registry()) as session:
        session.live_savepoints = MOST_LIVE
        each(session, [1], work)

    assert sqlstate(caught.value.__cause__) == "23505"  # type: ignore[arg-type]


def test_no_items_no_statements(far_inside: Flask, wire: Log) -> None:
    with transaction(registry()) as session:
        assert each(session, [], lambda _: None) == []

    assert wire.statements == []
