import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from roster.blueprints.every_request import counters
from roster.blueprints.every_request.counters import SharedCounters


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000_000.0]
    monkeypatch.setattr(counters, "time", lambda: now[0])
    return now


def test_a_window_counts_up_and_ends(clock: list[float]) -> None:
    shared = SharedCounters()

    assert [shared.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    assert (shared.get("a"), shared.get("b"), shared.get_expiry("a")) == (3, 0, 1_000_060.0)
    clock[0] += 60
    assert shared.incr("a", 60) == 1
    shared.clear("a")
    assert shared.get("a") == 0


def test_forked_workers_count_together() -> None:
    shared = SharedCounters()

    children = []
    for _ in range(4):
        if (pid := os.fork()) == 0:
            for _ in range(500):
                shared.incr("key", 60)
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)

    assert shared.get("key") == 2000


def test_threads_count_together() -> None:
    shared = SharedCounters()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: shared.incr("key", 60), range(2000)))

    assert shared.get("key") == 2000


def test_a_lock_that_nobody_gives_back_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "PATIENCE", 0.001)
    shared = SharedCounters()
    shared._lock.acquire()

    assert shared.incr("key", 60) == 1


def test_many_keys_stand_side_by_side(clock: list[float]) -> None:
    shared = SharedCounters()

    for number in range(10_000):
        shared.incr(f"key {number}", 60)

    assert sum(shared.get(f"key {number}") == 1 for number in range(10_000)) >= 9_990
    shared.reset()
    assert shared.get("key 1") == 0
