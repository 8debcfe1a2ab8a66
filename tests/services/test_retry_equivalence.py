"""Promise 13: whichever statement the server fails at, a use case ends as if it had not.

Every public function of every module of `roster.services` is found by itself; one without a scenario fails here.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, Row, create_engine, event, select, text
from sqlalchemy import inspect as mapped
from sqlalchemy.pool import NullPool

from roster.database import deadline
from roster.database import transaction as transaction_module
from roster.database.metrics import RETRIES
from roster.models import Base
from tests.architecture.test_services import FUNCTIONS
from tests.services.scenarios import SCENARIOS, World

STREAMS = {
    "exports.documents": "a stream can't be taken back: it ends where it is cut, and its reader sees that",
    "exports.table": "the same",
    "jobs.refused": "the same",
    "events.export": "the same",
}

SERIALIZATION_FAILURE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$; "


def test_every_service_repeats_itself_or_says_why_not() -> None:
    for name, function in FUNCTIONS.items():
        if name not in STREAMS:
            assert getattr(function, "__transactional__", False), f"{name} is not @transactional"
            assert name in SCENARIOS, f"{name} has no scenario in tests/services/scenarios.py"


def test_every_scenario_is_of_a_service() -> None:
    assert set(SCENARIOS) <= set(FUNCTIONS)


@pytest.mark.parametrize("fault", ["backend terminated", "serialization failure"])
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_failure_at_any_statement_changes_nothing(app: Flask, engine: Engine, name: str, fault: str) -> None:
    expected, count = _run(app, engine, name, _Fault(engine, fault, at=0))
    assert count > 0

    for number in range(1, count + 1):
        injected = _Fault(engine, fault, at=number)
        before = _retries()
        outcome, _ = _run(app, engine, name, injected)
        assert outcome == expected, f"at statement {number}: {injected.struck}"
        assert injected.struck
        assert _retries() == before + 1, f"at statement {number}: {injected.struck}"


class _Fault:
    """Counts statements and COMMITs, and makes the server fail at one of them (at none: 0)."""

    def __init__(self, engine: Engine, kind: str, *, at: int) -> None:
        self.outside = create_engine(engine.url, poolclass=NullPool)
        self.kind, self.at = kind, at
        self.count = 0
        self.struck = ""

    def statement(self, _: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> tuple[str, Any]:
        if self._is_due(statement):
            if self.kind == "serialization failure":
                return SERIALIZATION_FAILURE + statement, parameters
            self._terminate(cursor.connection)
        return statement, parameters

    def commit(self, connection: Any) -> None:
        if self.kind == "backend terminated" and self._is_due("COMMIT"):
            self._terminate(connection.connection.dbapi_connection)

    def _is_due(self, statement: str) -> bool:
        self.count += 1
        if self.count == self.at:
            self.struck = statement
        return self.count == self.at

    def _terminate(self, driver: Any) -> None:
        with self.outside.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": driver.info.backend_pid})


def _run(app: Flask, engine: Engine, name: str, fault: _Fault) -> tuple[Any, int]:
    _empty(engine)
    with app.app_context():
        call = SCENARIOS[name](World())
    with app.app_context(), deadline(30), _struck_by(engine, fault), _counted_hooks() as hooks:
        result = call()
        shown = _plain(result)
    return (shown, list(hooks), _state(engine)), fault.count


@contextmanager
def _struck_by(engine: Engine, fault: _Fault) -> Iterator[None]:
    with ExitStack() as stack:
        event.listen(engine, "before_cursor_execute", fault.statement, retval=True)
        stack.callback(event.remove, engine, "before_cursor_execute", fault.statement)
        event.listen(engine, "commit", fault.commit)
        stack.callback(event.remove, engine, "commit", fault.commit)
        yield


@contextmanager
def _counted_hooks() -> Iterator[list[int]]:
    counts: list[int] = []
    module = import_module(transaction_module.__module__)
    run_hooks = module.run_hooks

    def counting(session: Any) -> None:
        counts.append(len(session.hooks))
        run_hooks(session)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "run_hooks", counting)
        yield counts


def _retries() -> float:
    return sum(
        sample.value for metric in RETRIES.collect() for sample in metric.samples if sample.name.endswith("_total")
    )


def _empty(engine: Engine) -> None:
    with create_engine(engine.url, poolclass=NullPool).begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


def _state(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, what chance made of it hidden."""
    with create_engine(engine.url, poolclass=NullPool).connect() as connection:
        return {
            table.name: sorted(
                str({key: _plain(value, key) for key, value in row._mapping.items()})
                for row in connection.execute(select(table))
            )
            for table in Base.metadata.sorted_tables
        }


SECRET = re.compile(r"(roster_\w+_)?[\w-]{43,}|[0-9a-f]{8}-[0-9a-f]{8}|\d+\.[0-9a-f]{32}")
"""A token, a session, a recovery code; a place in the feed."""
CHANCE = {"words", "tx", "prefix", "password_hash", "sort_value", "next", "unchanged"}


def _plain(value: Any, key: str = "") -> Any:
    """What does not depend on chance: ids, secrets and cursors are replaced by their kind."""
    if value is None or isinstance(value, bool | int | float | date):
        return value if key != "tx" else "tx"
    if key in CHANCE or isinstance(value, UUID | bytes):
        return type(value).__name__
    if isinstance(value, str):
        return "secret" if SECRET.fullmatch(value) else re.sub(r"[0-9a-f-]{36}", "id", value)
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Row):
        return _plain(dict(value._mapping))
    if isinstance(value, Mapping):
        return {name: _plain(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return {name: _plain(getattr(value, name), name) for name in _columns(value)}


def _columns(instance: Any) -> list[str]:
    return [attribute.key for attribute in mapped(type(instance)).column_attrs]


def test_what_chance_made_is_hidden_and_nothing_else() -> None:
    assert _plain(uuid4()) == "UUID"
    assert _plain({"user_name": "ada"}) == {"user_name": "ada"}
