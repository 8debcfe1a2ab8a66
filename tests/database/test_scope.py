"""Promise 1: a scope belongs to one request; after it nothing is held. Promise 9: lost changes are loud."""
# ruff: noqa: PT012 - it is a transaction's block that raises

import contextvars
import gc
import logging
import threading
from collections.abc import Iterator

import pytest
from flask import Flask, Response, copy_current_request_context, stream_with_context
from sqlalchemy import Engine, select, text

from roster.database import TransactionError, core_of, database, deadline, registry, transaction
from tests.database.conftest import Ledger, make_app, rows, running


@pytest.fixture
def own(database_url: str, outside: Engine) -> Iterator[Flask]:
    """An application of each test's own, so that it can be given hooks that misbehave."""
    with running(make_app(database_url)) as own:
        own.add_url_rule("/read", view_func=_read)
        own.add_url_rule("/add/<int:key>", view_func=_add)
        own.add_url_rule("/forget", view_func=_forget)
        yield own


def _read() -> str:
    return str(registry().scalar(select(Ledger.value)))


def _add(key: int) -> str:
    with transaction(registry()) as session:
        session.add(Ledger(id=key, value=1))
    return "added"


def _forget() -> str:
    registry().add(Ledger(id=99, value=1))
    return "forgot"


def _held() -> int:
    return database.engine.pool.checkedout()  # type: ignore[attr-defined]


def _two_hundred_clean_requests(own: Flask) -> None:
    client = own.test_client()
    seen = set()
    for _ in range(200):
        assert client.get("/read").status_code == 200
        seen.add(len(database.session.registry.registry))  # type: ignore[union-attr]
    with own.app_context():
        assert _held() == 0
    assert len(seen) == 1, "sessions pile up"


@pytest.mark.parametrize("kinds", [["request"], ["appcontext"], ["request", "appcontext"]])
def test_a_raising_teardown_hook_leaves_nothing_behind(own: Flask, outside: Engine, kinds: list[str]) -> None:
    faulty = {"on": True}

    def fail(_: object) -> None:
        if faulty["on"]:
            raise RuntimeError("a hook of somebody else")

    for kind in kinds:
        getattr(own, f"teardown_{kind}")(fail)
    for path in ("/read", "/forget"):
        faulty["on"] = True
        with pytest.raises((RuntimeError, TransactionError)):
            own.test_client().get(path)
        faulty["on"] = False
        with own.app_context():
            assert _held() == 0
    _two_hundred_clean_requests(own)
    assert rows(outside) == []


def test_a_context_that_stays_open_around_requests_shares_no_session_with_them(own: Flask, outside: Engine) -> None:
    with own.app_context():
        stuck = registry()
        stuck.scalar(select(Ledger.value))

        own.test_client().get("/add/1")

        assert registry() is stuck
        assert _held() == 1
    assert rows(outside) == [(1, 1)]
    _two_hundred_clean_requests(own)


def test_a_context_inside_a_request_has_a_session_of_its_own_and_leaves_the_outer_one_alone(own: Flask) -> None:
    @own.get("/nested")
    def nested() -> str:
        outer = registry()
        outer.scalar(select(Ledger.value))
        with own.app_context():
            assert registry() is not outer
            registry().scalar(select(Ledger.value))
        assert registry() is outer
        assert outer.in_transaction()
        return "ok"

    assert own.test_client().get("/nested").status_code == 200
    _two_hundred_clean_requests(own)


def test_a_request_inside_a_request_has_a_session_of_its_own(own: Flask) -> None:
    @own.get("/outer")
    def outer() -> str:
        session = registry()
        session.scalar(select(Ledger.value))
        inner = own.test_client().get("/read").text
        assert registry() is session
        return inner

    assert own.test_client().get("/outer").status_code == 200
    _two_hundred_clean_requests(own)


def test_a_streamed_response_reads_after_its_request_and_gives_back(own: Flask, outside: Engine) -> None:
    @own.get("/stream")
    def stream() -> Response:
        def generate() -> Iterator[str]:
            for number in range(3):
                yield str(registry().scalar(select(number + Ledger.value)))

        return Response(stream_with_context(generate()))

    own.test_client().get("/add/1")

    response = own.test_client().get("/stream")

    assert response.text == "123"
    _two_hundred_clean_requests(own)


@pytest.mark.parametrize("read", [0, 1])
def test_an_abandoned_stream_gives_back_when_it_is_closed(own: Flask, read: int) -> None:
    @own.get("/stream")
    def stream() -> Response:
        def generate() -> Iterator[str]:
            with database.own_session() as session:
                for number in session.execute(text("SELECT generate_series(1, 100000)")):
                    registry().scalar(select(Ledger.value))
                    yield str(number)

        return Response(stream_with_context(generate()))

    response = own.test_client().get("/stream")
    parts = response.iter_encoded()
    for _ in range(read):
        next(parts)

    response.close()

    _two_hundred_clean_requests(own)


def test_a_stream_that_nobody_closes_is_given_back_with_its_last_reference(own: Flask) -> None:
    def generate() -> Iterator[object]:
        with own.app_context(), database.own_session() as session:
            yield from session.execute(text("SELECT 1"))

    stream = generate()
    next(stream)

    del stream
    gc.collect()

    _two_hundred_clean_requests(own)


def test_a_thread_with_a_copy_of_the_request_has_a_session_of_its_own(own: Flask) -> None:
    @own.get("/threads")
    def threads() -> str:
        outer = registry()
        outer.scalar(select(Ledger.value))
        found = []

        @copy_current_request_context
        def work() -> None:
            registry().scalar(select(Ledger.value))
            found.append(registry())

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert found[0] is not outer
        assert outer.in_transaction()
        return "ok"

    assert own.test_client().get("/threads").text == "ok"
    _two_hundred_clean_requests(own)


def test_a_thread_that_borrows_the_context_itself_is_refused(own: Flask) -> None:
    refused: list[Exception] = []

    def work() -> None:
        try:
            registry()
        except TransactionError as error:
            refused.append(error)

    with own.app_context():
        registry()
        borrowed = contextvars.copy_context()
        thread = threading.Thread(target=borrowed.run, args=(work,))
        thread.start()
        thread.join()

    assert "another thread" in str(refused[0])


def test_a_thread_without_a_context_has_no_session(own: Flask) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            registry()
        except RuntimeError as error:
            failures.append(error)

    with own.app_context():
        registry()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert "application context" in str(failures[0])


def test_an_exception_in_a_view_in_the_middle_of_a_transaction_leaves_nothing(own: Flask, outside: Engine) -> None:
    @own.get("/fail")
    def fail() -> str:
        with transaction(registry()) as session:
            session.add(Ledger(id=1, value=1))
            core_of(session)
            raise RuntimeError("in the middle")

    own.testing = False
    assert own.test_client().get("/fail").status_code == 500
    own.testing = True

    assert rows(outside) == []
    _two_hundred_clean_requests(own)


def test_a_request_that_ends_with_unsaved_changes_raises_in_tests(own: Flask) -> None:
    with pytest.raises(TransactionError, match="they are lost"):
        own.test_client().get("/forget")

    _two_hundred_clean_requests(own)


def test_a_change_of_what_was_loaded_is_a_lost_change_too(own: Flask) -> None:
    @own.get("/change")
    def change() -> str:
        registry().get_one(Ledger, 1).value = 7
        return "changed"

    own.test_client().get("/add/1")

    with pytest.raises(TransactionError, match="they are lost"):
        own.test_client().get("/change")


def test_a_request_that_ends_with_unsaved_changes_logs_an_error_in_production(
    own: Flask, outside: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    own.testing = False

    with caplog.at_level(logging.ERROR):
        assert own.test_client().get("/forget").status_code == 200

    assert "they are lost" in caplog.text
    assert rows(outside) == []


def test_lost_changes_do_not_hide_the_failure_that_lost_them(own: Flask) -> None:
    with pytest.raises(ZeroDivisionError), own.app_context():
        registry().add(Ledger(id=1))
        raise ZeroDivisionError


def test_the_key_of_a_scope_is_no_number_that_is_given_again(own: Flask) -> None:
    """The fault of keys made by id(): it takes contexts that come and go, some with hooks that raise."""
    sessions = []
    for _ in range(50):
        with own.app_context(), deadline(5):
            sessions.append(registry())
            assert not registry().new
            assert not registry().identity_map

    assert len(set(map(id, sessions))) == 50
