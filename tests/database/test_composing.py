"""Promise 4, for use cases made of others: they are one, done and repeated as a whole."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, select, text, update

from roster.database import (
    TransactionError,
    composing,
    core_of,
    database,
    deadline,
    on_commit,
    registry,
    transaction,
    transactional,
)
from tests.database.conftest import Ledger, rows


@transactional
def add(key: int, value: int) -> int:
    with transaction(registry()) as session:
        core_of(session).execute(insert(Ledger).values(id=key, value=value))
        on_commit(session, lambda: told.append(key))
    return key


@transactional
def take(key: int, amount: int) -> int:
    with transaction(registry()) as session:
        statement = update(Ledger).where(Ledger.id == key).values(value=Ledger.value - amount)
        return int(core_of(session).scalar(statement.returning(Ledger.value)) or 0)


told: list[int] = []


@pytest.fixture(autouse=True)
def _nothing_told() -> None:
    told.clear()


def serialization_failure() -> None:
    registry().execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))


@pytest.mark.usefixtures("inside")
def test_its_parts_commit_together_and_their_hooks_run_once_after_it(outside: Engine) -> None:
    seen = []

    @composing
    def both() -> list[int]:
        with transaction(registry()):
            keys = [add(1, 10), add(2, 20)]
            seen.append((rows(outside), list(told)))
        return keys

    assert both() == [1, 2]

    assert seen == [([], [])]
    assert rows(outside) == [(1, 10), (2, 20)]
    assert told == [1, 2]


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("place", ["between", "after", "inside a part"])
def test_it_is_repeated_as_a_whole_and_its_parts_with_it(outside: Engine, place: str) -> None:
    attempts: list[str] = []

    def fail_once(here: str) -> None:
        if here == place and attempts.count(here) == 0:
            attempts.append(here)
            serialization_failure()

    @transactional
    def faltering() -> None:
        with transaction(registry()):
            fail_once("inside a part")

    @composing
    def both() -> None:
        attempts.append("attempt")
        with transaction(registry()):
            add(1, 10)
            fail_once("between")
            faltering()
            add(2, 20)
            fail_once("after")

    both()

    assert attempts.count("attempt") == 2
    assert rows(outside) == [(1, 10), (2, 20)]
    assert told == [1, 2]


@pytest.mark.usefixtures("inside")
def test_a_part_that_fails_undoes_all_even_where_its_failure_is_swallowed(outside: Engine) -> None:
    @transactional
    def refuse() -> None:
        with transaction(registry()):
            raise ValueError("refused")

    @composing
    def through() -> None:
        with transaction(registry()):
            add(1, 10)
            refuse()

    @composing
    def swallowed() -> None:
        with transaction(registry()):
            add(1, 10)
            with suppress(ValueError):
                refuse()

    with pytest.raises(ValueError, match="refused"):
        through()
    with pytest.raises(TransactionError, match="inner transaction failed"):
        swallowed()

    assert rows(outside) == []
    assert told == []


@pytest.mark.usefixtures("inside")
def test_a_backend_that_is_lost_between_two_parts_costs_a_repetition_and_nothing_else(outside: Engine) -> None:
    pids = []

    @composing
    def both() -> None:
        with transaction(registry()) as session:
            add(1, 10)
            pids.append(session.connection().connection.dbapi_connection.info.backend_pid)  # type: ignore[union-attr]
            if len(pids) == 1:
                with outside.connect() as other:
                    other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pids[0]})
            add(2, 20)

    both()

    assert len(set(pids)) == 2
    assert rows(outside) == [(1, 10), (2, 20)]
    assert told == [1, 2]


def test_a_snapshot_that_was_lost_to_another_writer_is_taken_anew(room: Flask, outside: Engine) -> None:
    """Both see 100 before either writes; who is second must see what the first left."""
    with outside.begin() as connection:
        connection.execute(insert(Ledger).values(id=1, value=100))
    barrier = threading.Barrier(2)
    attempts: list[int] = []

    @composing
    def withdraw(amount: int) -> int:
        attempts.append(amount)
        with transaction(registry(), isolation="REPEATABLE READ") as session:
            seen = session.scalar(select(Ledger.value).where(Ledger.id == 1))
            if attempts.count(amount) == 1:
                barrier.wait(5)
            left = take(1, amount)
            assert left == (seen or 0) - amount
        return left

    def run(amount: int) -> int:
        with room.app_context(), deadline(10):
            return withdraw(amount)

    with ThreadPoolExecutor(2) as pool:
        left = sorted(pool.map(run, [30, 50]))

    assert left in ([20, 50], [20, 70])
    assert rows(outside) == [(1, 20)]
    assert sorted(attempts) in ([30, 30, 50], [30, 50, 50])


@pytest.mark.usefixtures("inside")
def test_composing_use_cases_may_be_parts_of_others_and_only_the_outermost_repeats(outside: Engine) -> None:
    attempts: list[str] = []

    @composing
    def inner() -> None:
        attempts.append("inner")
        with transaction(registry()):
            add(2, 20)
            if len(attempts) == 2:
                serialization_failure()

    @composing
    def outer() -> None:
        attempts.append("outer")
        with transaction(registry()):
            add(1, 10)
            inner()

    outer()

    assert attempts == ["outer", "inner"] * 2
    assert rows(outside) == [(1, 10), (2, 20)]


@pytest.mark.usefixtures("inside")
def test_it_may_not_be_part_of_one_that_does_not_compose(outside: Engine) -> None:
    @composing
    def part() -> None:
        add(1, 10)

    @transactional
    def whole() -> None:
        with transaction(registry()):
            part()

    with pytest.raises(TransactionError, match="only the outermost"):
        whole()

    assert rows(outside) == []


@pytest.mark.usefixtures("inside")
def test_what_can_not_be_had_twice_is_refused_here_too() -> None:
    @composing
    def use(given: object) -> object:
        return given

    for unrepeatable in (iter([1]), Ledger(id=1), [Ledger(id=1)]):
        with pytest.raises(TransactionError):
            use(unrepeatable)
    with pytest.raises(TransactionError, match="does not end"):
        composing(lambda: (yield))
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
