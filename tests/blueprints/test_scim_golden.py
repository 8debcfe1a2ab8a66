"""What Okta and Microsoft Entra ID document that they send, in the order of a person's life: replayed as it is."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from roster import services
from roster.services.imports import Line
from tests import factories
from tests.factories import NOW
from tests.provider import SCIM_JSON, Provider

GOLDEN = Path(__file__).parents[1] / "scim" / "golden"
TRACES = {path.stem: json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))}
MANY = 5000


@pytest.fixture
def provider(app: Flask) -> Provider:
    return Provider(app)


@pytest.fixture
def many(app: Flask, provider: Provider) -> list[str]:
    """The ids of as many users as a large group has; none of these is the provider's own."""
    with app.app_context():
        lines = [Line(number, {"user_name": f"u{number}"}) for number in range(MANY)]
        services.imports.users(factories.actor(provider.organization_id), lines, on_error="rollback", at=NOW)
        return [str(key) for key in services.users.ids(provider.organization_id, limit=MANY)]


@pytest.mark.parametrize("name", TRACES)
def test_what_is_documented_works(provider: Provider, many: list[str], name: str) -> None:
    names: dict[str, Any] = {"many": [{"value": each} for each in many]}

    for step in TRACES[name]["steps"]:
        body = {"data": json.dumps(filled(step["body"], names))} if "body" in step else {}
        path = filled(step["path"], names)
        response = provider.send(step["method"], path, headers=TRACES[name]["headers"], **body)

        assert response.status_code == step["status"], (step["step"], response.text[:500])
        answer = response.get_json(silent=True) or {}
        assert response.status_code == 204 or response.content_type == SCIM_JSON
        for place in faults(filled(step.get("answer", {}), names), answer):
            pytest.fail(f"{step['step']}: {place}")
        assert not [place for place in step.get("absent", ()) if found(answer, place)], step["step"]
        names |= {kept: answer[source] for kept, source in step.get("keep", {}).items()}


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """The value with what `{name}` stands for."""
    if isinstance(value, str):
        if value.strip("{}") in names and value.startswith("{"):
            return names[value.strip("{}")]
        for name, given in names.items():
            value = value.replace(f"{{{name}}}", str(given)) if name != "many" else value
        return value
    if isinstance(value, Mapping):
        return {name: filled(part, names) for name, part in value.items()}
    return [filled(part, names) for part in value] if isinstance(value, list) else value


def faults(wanted: Any, given: Any, place: str = "") -> Iterator[str]:
    """Where the answer has something else than what is wanted, which need not be all that it has."""
    if isinstance(wanted, Mapping):
        for name, part in wanted.items():
            yield from faults(part, given.get(name) if isinstance(given, Mapping) else None, f"{place}/{name}")
    elif isinstance(wanted, list):
        if not isinstance(given, list) or len(wanted) != len(given):
            yield f"{place} has {given} instead of {wanted}"
            return
        for index, (part, other) in enumerate(zip(wanted, given, strict=True)):
            yield from faults(part, other, f"{place}/{index}")
    elif wanted != given:
        yield f"{place} is {given} instead of {wanted}"


def found(answer: Mapping[str, Any], place: str) -> bool:
    """Tell whether there is something at a place, like `name/givenName`."""
    at: Any = answer
    for name in place.split("/"):
        if not isinstance(at, Mapping) or name not in at:
            return False
        at = at[name]
    return True


def test_a_trace_names_where_it_is_documented() -> None:
    assert {name: trace["source"].split("/")[2] for name, trace in TRACES.items()} == {
        "entra": "learn.microsoft.com",
        "okta": "developer.okta.com",
    }
