"""Repositories read and write, and never end work (DESIGN §3.3); their first arguments say what they need."""

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from roster import repositories
from roster.models import Actor
from roster.repositories import core, orm

ENDING = {"begin", "begin_nested", "commit", "rollback", "close", "remove", "invalidate", "connect", "dispose"}
OF_EVERYBODY = {"administrators", "organizations", "health"}
"""Modules whose tables belong to no organization."""
OF_ALL = {"core.purge.organizations", "core.jobs.organizations", "core.user_imports.analyze"}
"""Functions that look at all organizations."""
CARRIERS = {"user", "users", "group", "token", "provider", "key"}
"""Arguments that carry their organization with them."""
EXPRESSIONS = {"purge_after", "row", "shared", "unchanged"}
"""What other repositories put into their statements."""


def functions(package: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    kind = package.__name__.removeprefix("roster.repositories.")
    for noun in package.__all__:
        module = getattr(package, noun)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__ and name not in EXPRESSIONS:
                yield f"{kind}.{noun}.{name}", function


FUNCTIONS = {**dict(functions(orm)), **dict(functions(core))}
FILES = sorted(Path(repositories.__file__).parent.rglob("*.py"))


def test_there_are_repositories_to_look_at() -> None:
    assert {"orm.users.by_id", "core.users.page", "core.tokens.find_valid", "orm.organizations.add"} <= set(FUNCTIONS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_repository_begins_or_ends_work(path: Path) -> None:
    calls = [
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]

    assert not ENDING & set(calls)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_first_argument_is_where_and_the_second_is_whose(name: str) -> None:
    parameters = list(inspect.signature(FUNCTIONS[name]).parameters.values())

    where, kind = ("session", Session) if name.startswith("orm.") else ("connection", Connection)
    assert (parameters[0].name, parameters[0].annotation) == (where, kind)
    if name.split(".")[1] not in OF_EVERYBODY and name not in OF_ALL:
        assert len(parameters) > 1
        second = parameters[1]
        named = (second.name, second.annotation) == ("organization_id", UUID)
        # Or it stands in what is given: an event's actor, a new row, rows that are.
        assert named or second.annotation is Actor or second.name in CARRIERS, second


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_may_be_left_out_is_named_when_it_is_given(name: str) -> None:
    for parameter in inspect.signature(FUNCTIONS[name]).parameters.values():
        if parameter.default is not parameter.empty:
            assert parameter.kind is parameter.KEYWORD_ONLY


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_the_caller_gets(name: str) -> None:
    assert (inspect.getdoc(FUNCTIONS[name]) or "").split("\n")[0].endswith((".", "; None if", "]"))


def test_what_finds_gives_none_and_what_is_by_raises() -> None:
    for name, function in FUNCTIONS.items():
        verb = name.split(".")[-1]
        optional = "None" in str(inspect.signature(function).return_annotation)
        if verb.startswith("find_"):
            assert optional, name
        if verb.startswith("by_"):
            assert not optional, name
