"""Promise 13: whichever statement the server fails at, a use case ends as if it had not.

Every public function of every module of `roster.services` is found by itself; one without a scenario fails here.
"""

import dataclasses
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Engine, Row, create_engine, event, select, text
from sqlalchemy import inspect as mapped
from sqlalchemy.pool import NullPool

from roster import services
from roster.database import deadline
from roster.database import transaction as transaction_module
from roster.database.metrics import RETRIES
from roster.models import Base
from roster.services.imports import Line
from tests import factories
from tests.factories import NOW

Call = Callable[[], Any]

STREAMS = {"exports.users": "a stream can't be taken back: it ends where it is cut, and its reader sees that"}

PASSWORD = "correct horse battery"
LATER = NOW + timedelta(minutes=5)
SERIALIZATION_FAILURE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$; "


def _discovered() -> dict[str, Callable[..., Any]]:
    found = {}
    for module in pkgutil.iter_modules(services.__path__):
        members = vars(import_module(f"roster.services.{module.name}"))
        for name, function in members.items():
            is_own = inspect.isfunction(function) and function.__module__ == f"roster.services.{module.name}"
            if is_own and not name.startswith("_"):
                found[f"{module.name}.{name}"] = function
    return found


@pytest.fixture(autouse=True)
def _hasty_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.administrators, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


class World:
    """What there is before each use case: an organization with two people, one of them deleted."""

    def __init__(self) -> None:
        self.organization = factories.organization("acme")
        self.actor = factories.actor(self.organization.id)
        emails = [{"value": "ada@example.test", "primary": True}]
        self.user = factories.user(self.organization.id, "ada", given_name="Ada", emails=emails)
        self.deleted = factories.user(self.organization.id, "bob")
        services.users.remove(self.actor, self.deleted.id, at=NOW)

    def token(self) -> str:
        return factories.token(self.organization.id)

    def session(self) -> str:
        factories.administrator("owner@example.test", PASSWORD)
        return services.administrators.sign_in("owner@example.test", PASSWORD, at=NOW)

    def suspended(self) -> UUID:
        return services.users.suspend(self.actor, self.user.id, at=NOW).id


def _import(world: World) -> Call:
    lines = [
        Line(2, {"user_name": "ada", "email": "ada@elsewhere.test", "title": "Countess"}),
        Line(3, {"user_name": "carol", "email": "carol@example.test"}),
        Line(4, {"user_name": "dave"}),
    ]
    return lambda: services.imports.users(world.actor, lines, on_error="skip", at=LATER)


def _with_session(use: Callable[[str], Any]) -> Callable[[World], Call]:
    def scenario(world: World) -> Call:
        secret = world.session()
        return lambda: use(secret)

    return scenario


def _with_token(use: Callable[[World, str], Any]) -> Callable[[World], Call]:
    def scenario(world: World) -> Call:
        token = world.token()
        return lambda: use(world, token)

    return scenario


def _sign_in(world: World) -> Call:
    world.session()
    return lambda: services.administrators.sign_in("owner@example.test", PASSWORD, at=NOW + timedelta(days=2))


def _activate(world: World) -> Call:
    user_id = world.suspended()
    return lambda: services.users.activate(world.actor, user_id, at=LATER)


SCENARIOS: dict[str, Callable[[World], Call]] = {
    "administrators.create": lambda _: lambda: services.administrators.create("a@b.test", PASSWORD, "owner", at=NOW),
    "administrators.any_exist": _with_session(lambda _: services.administrators.any_exist()),
    "administrators.sign_in": _sign_in,
    "administrators.find_by_session": _with_session(
        lambda secret: services.administrators.find_by_session(secret, at=NOW)
    ),
    "administrators.sign_out": _with_session(lambda secret: services.administrators.sign_out(secret)),
    "exports.attribute_names": lambda world: lambda: services.exports.attribute_names(world.organization.id),
    "health.schema": lambda _: services.health.schema,
    "health.server": lambda _: services.health.server,
    "imports.users": _import,
    "organizations.create": lambda _: lambda: services.organizations.create("other", "Other", at=NOW),
    "organizations.get": lambda world: lambda: services.organizations.get(world.organization.id),
    "organizations.get_by_slug": lambda _: lambda: services.organizations.get_by_slug("acme"),
    "organizations.search": lambda _: lambda: services.organizations.search(),
    "tokens.issue": lambda world: (
        lambda: services.tokens.issue(world.actor, kind="scim", scopes=(), name="okta", at=NOW, provider="Okta")
    ),
    "tokens.authenticate": _with_token(lambda _, token: services.tokens.authenticate(token, at=NOW)),
    "tokens.search": _with_token(lambda world, _: services.tokens.search(world.organization.id)),
    "tokens.revoke": _with_token(
        lambda world, token: services.tokens.revoke(world.actor, token.split("_")[2][:8], at=NOW)
    ),
    "users.search": lambda world: lambda: services.users.search(world.organization.id, q="a"),
    "users.count": lambda world: lambda: services.users.count(world.organization.id),
    "users.get": lambda world: lambda: services.users.get(world.organization.id, world.user.id),
    "users.get_with_deleted": lambda world: (
        lambda: services.users.get_with_deleted(world.organization.id, world.deleted.id)
    ),
    "users.history": lambda world: lambda: services.users.history(world.organization.id, world.user.id),
    "users.create": lambda world: (
        lambda: services.users.create(
            world.actor, {"user_name": "eve", "emails": [{"value": "eve@example.test"}]}, at=LATER
        )
    ),
    "users.change": lambda world: (
        lambda: services.users.change(
            world.actor, world.user.id, {"title": "Countess", "emails": [{"value": "new@example.test"}]}, at=LATER
        )
    ),
    "users.remove": lambda world: lambda: services.users.remove(world.actor, world.user.id, at=LATER),
    "users.restore": lambda world: (
        lambda: services.users.restore(world.actor, world.deleted.id, at=LATER, user_name="robert")
    ),
    "users.suspend": lambda world: lambda: services.users.suspend(world.actor, world.user.id, at=LATER),
    "users.activate": _activate,
}


def test_every_service_repeats_itself_or_says_why_not() -> None:
    for name, function in _discovered().items():
        if name not in STREAMS:
            assert getattr(function, "__transactional__", False), f"{name} is not @transactional"
            assert name in SCENARIOS, f"{name} has no scenario in {__name__}"


def test_every_scenario_is_of_a_service() -> None:
    assert set(SCENARIOS) <= set(_discovered())


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


CHANCE = {"tx", "prefix", "password_hash", "sort_value", "next"}


def _plain(value: Any, key: str = "") -> Any:
    """What does not depend on chance: ids, secrets and cursors are replaced by their kind."""
    if value is None or isinstance(value, bool | int | float | datetime):
        return value if key != "tx" else "tx"
    if key in CHANCE or isinstance(value, UUID | bytes):
        return type(value).__name__
    if isinstance(value, str):
        return "secret" if re.fullmatch(r"(roster_\w+_)?[\w-]{43,}", value) else re.sub(r"[0-9a-f-]{36}", "id", value)
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
