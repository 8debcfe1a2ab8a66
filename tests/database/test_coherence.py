"""Promise 7: the ORM and Core see the same. Promise 10: versions."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, delete, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from roster.database import Decision, core_of, decide, registry, savepoint, transaction
from tests.database.conftest import Entry, Ledger, Log, rows


@pytest.fixture(autouse=True)
def _one(inside: Flask) -> None:
    with transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
        session.flush()
        session.add(Entry(ledger_id=1, position=1, text="first"))
    registry.remove()


def _update(core: Connection) -> None:
    core.execute(update(Ledger).values(value=2))


def _update_by_table(core: Connection) -> None:
    core.execute(Ledger.__table__.update().values(value=2))  # type: ignore[attr-defined]


def _update_of_many(core: Connection) -> None:
    core.execute(update(Ledger).where(Ledger.id == text(":key")).values(value=text(":new")), [{"key": 1, "new": 2}])


def _upsert(core: Connection) -> None:
    core.execute(upsert(Ledger).values(id=1, value=0).on_conflict_do_update(index_elements=["id"], set_={"value": 2}))


def _upsert_of_many(core: Connection) -> None:
    statement = upsert(Ledger).on_conflict_do_update(index_elements=["id"], set_={"value": 2})
    core.execute(statement, [{"id": 1, "value": 0}, {"id": 9, "value": 0}])


def _raw(core: Connection) -> None:
    core.execute(text("UPDATE room_ledger SET value = 2"))


def _driver(core: Connection) -> None:
    core.exec_driver_sql("UPDATE room_ledger SET value = 2")


def _inside_a_select(core: Connection) -> None:
    core.execute(select(update(Ledger).values(value=2).returning(Ledger.id).cte().c.id))


def _inside_raw_sql(core: Connection) -> None:
    core.execute(text("WITH changed AS (UPDATE room_ledger SET value = 2 RETURNING id) SELECT id FROM changed"))


CORE_WRITES = [
    _update,
    _update_by_table,
    _update_of_many,
    _upsert,
    _upsert_of_many,
    _raw,
    _driver,
    _inside_a_select,
    _inside_raw_sql,
]


@pytest.mark.parametrize("write", CORE_WRITES)
def test_what_core_wrote_the_orm_reads(outside: Engine, write: Callable[[Connection], None]) -> None:
    with transaction(registry()) as session:
        ledger = session.get_one(Ledger, 1)
        assert ledger.value == 1
        write(core_of(session))
        assert ledger.value == 2
        assert session.get_one(Ledger, 1).value == 2

    assert ledger.value == 2
    assert (1, 2) in rows(outside)


def test_what_core_wrote_is_there_after_the_commit_too(outside: Engine) -> None:
    with transaction(registry()) as session:
        ledger = session.get_one(Ledger, 1)
        _update(core_of(session))

    assert ledger.value == 2


def test_what_the_orm_has_pending_core_reads() -> None:
    with transaction(registry()) as session:
        session.add(Ledger(id=2, value=7))
        session.get_one(Ledger, 1).value = 5

        found = core_of(session).execute(select(Ledger.id, Ledger.value).order_by(Ledger.id)).all()

    assert [tuple(row) for row in found] == [(1, 5), (2, 7)]


def test_core_works_in_the_sessions_own_transaction(outside: Engine) -> None:
    with suppress(ZeroDivisionError), transaction(registry()) as session:
        _update(core_of(session))
        raise ZeroDivisionError

    assert rows(outside) == [(1, 1)]


def test_a_core_write_leaves_other_tables_as_they_are_loaded() -> None:
    with transaction(registry()) as session:
        entry = session.get_one(Entry, (1, 1))
        _update(core_of(session))

        assert "text" in entry.__dict__


def test_a_relation_that_core_changed_is_not_shown_as_it_was() -> None:
    with transaction(registry()) as session:
        ledger = session.scalars(select(Ledger).options(selectinload(Ledger.entries))).one()
        assert [entry.text for entry in ledger.entries] == ["first"]

        core_of(session).execute(insert(Entry).values(ledger_id=1, position=2, text="second"))

        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = ledger.entries
        again = session.scalars(select(Ledger).options(selectinload(Ledger.entries))).one()
        assert [entry.text for entry in again.entries] == ["first", "second"]


def test_a_relation_that_nobody_loaded_raises() -> None:
    with pytest.raises(InvalidRequestError, match="lazy='raise'"):
        _ = registry().get_one(Ledger, 1).entries


def test_what_core_deleted_is_gone_for_the_orm() -> None:
    with transaction(registry()) as session:
        entry = session.get_one(Entry, (1, 1))
        core_of(session).execute(delete(Entry))

        with pytest.raises(ObjectDeletedError):
            _ = entry.text
        assert session.get(Entry, (1, 1)) is None


def test_what_a_savepoint_undid_is_read_as_it_is_again(outside: Engine) -> None:
    with transaction(registry()) as session:
        ledger = session.get_one(Ledger, 1)
        with suppress(ZeroDivisionError), savepoint(session):
            _update(core_of(session))
            assert ledger.value == 2
            raise ZeroDivisionError

        assert ledger.value == 1

    assert rows(outside) == [(1, 1)]


def test_what_a_transaction_undid_is_read_as_it_is_again() -> None:
    ledger = registry().get_one(Ledger, 1)
    with suppress(ZeroDivisionError), transaction(registry()) as session:
        session.refresh(ledger)
        _update(core_of(session))
        assert ledger.value == 2
        raise ZeroDivisionError

    assert ledger.value == 1


def test_what_was_expired_is_read_once(far_inside: Flask, wire: Log) -> None:
    with transaction(registry()) as session:
        ledger = session.get_one(Ledger, 1)
        _update(core_of(session))
        before = len(wire.statements)
        for _ in range(3):
            assert session.get_one(Ledger, 1) is ledger
            assert ledger.value == 2

    assert [one.split()[0] for one in wire.statements[before:]] == ["SELECT", "COMMIT"]


def test_a_core_read_expires_nothing() -> None:
    with transaction(registry()) as session:
        ledger = session.get_one(Ledger, 1)
        core_of(session).execute(select(literal(1)))
        core_of(session).execute(text("SELECT 1"))

        assert "value" in ledger.__dict__


def test_a_version_that_moved_on_asks_for_a_retry() -> None:
    assert decide(StaleDataError()) is Decision.RETRY
