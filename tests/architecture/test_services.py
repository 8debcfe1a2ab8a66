"""Services: one function, one use case, one transaction (STYLE §4)."""

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from roster import services
from roster.database import TransactionError

GENERATORS = {"exports.documents", "exports.table", "jobs.refused", "events.export"}
"""What can't be repeated, for what was given is out; each says so in its docstring."""


def modules(package: ModuleType = services) -> Iterator[ModuleType]:
    """The modules of use cases: those that their packages name. What else is in a package, these share.

    A package may name its use cases themselves in place of modules: it is one module then, in several files.
    """
    for name in package.__all__:
        module = import_module(f"{package.__name__}.{name}")
        yield from modules(module) if _names_modules(module) else [module]


def _names_modules(module: ModuleType) -> bool:
    return hasattr(module, "__path__") and all(isinstance(getattr(module, name), ModuleType) for name in module.__all__)


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and f"{function.__module__}.".startswith(f"{module.__name__}."):
                yield f"{module.__name__.removeprefix('roster.services.')}.{name}", function


FUNCTIONS = dict(functions())
FILES = sorted(Path(services.__file__).parent.rglob("*.py"))


def test_every_module_is_named_in_the_package() -> None:
    found = {module.name for module in pkgutil.iter_modules(services.__path__)}

    assert set(services.__all__) == found == {name.split(".")[0] for name in FUNCTIONS}


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - GENERATORS))
def test_every_service_repeats_itself_as_a_whole(app: Flask, name: str) -> None:
    function = FUNCTIONS[name]
    model = services.users.User(version=1)

    with app.app_context(), pytest.raises(TransactionError, match="mapped instances"):
        function(model)

    assert inspect.unwrap(function) is not function
    assert not inspect.isgeneratorfunction(inspect.unwrap(function))


def test_those_that_can_not_are_generators() -> None:
    assert {name for name, function in FUNCTIONS.items() if inspect.isgeneratorfunction(function)} == GENERATORS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_service_knows_of_the_web(path: Path) -> None:
    imported = {
        alias.name if isinstance(node, ast.Import) else f"{node.module}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    assert not [name for name in imported if name.split(".")[0] in {"flask", "werkzeug", "click", "marshmallow"}]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_service_looks_at_the_clock(path: Path) -> None:
    calls = [node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)]

    assert not {"now", "utcnow", "today"} & set(calls)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_service_says_what_it_decides(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""

    assert any(word in text for word in ("Writes nothing", "Rolls back as one", "Repeats itself", "can't be repeated"))
