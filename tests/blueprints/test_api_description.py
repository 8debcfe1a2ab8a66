"""What the API says of itself: `/api/v1/openapi.json` (OpenAPI 3.1) and `/api/docs`."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api import Api

METHODS = {"get", "post", "put", "patch", "delete"}
DESCRIPTION = "/api/v1/openapi.json"


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get(DESCRIPTION).get_json())


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def resolved(description: dict[str, Any], part: dict[str, Any]) -> Any:
    while "$ref" in part:
        found: Any = description
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def test_the_description_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1.")
    assert {"title", "version"} <= description["info"].keys()
    assert set(description) <= {"openapi", "info", "paths", "components", "tags", "servers", "security"}
    for path, item in description["paths"].items():
        assert path.startswith("/")
        assert set(item) <= METHODS | {"parameters"}


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    for reference in set(references(description)):
        assert reference.startswith("#/components/")
        assert resolved(description, {"$ref": reference})


def test_every_route_is_described_and_every_description_is_a_route(app: Flask, description: dict[str, Any]) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    routes = {
        (re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    described = {(path, method) for path, method, _ in operations(description)}

    assert described == routes - {(DESCRIPTION, "get")}


def test_every_operation_says_what_it_does_what_it_needs_and_what_it_answers(description: dict[str, Any]) -> None:
    schemes = description["components"]["securitySchemes"]
    assert schemes["token"]["type"] == "http"
    assert schemes["token"]["scheme"] == "bearer"
    for path, method, operation in operations(description):
        assert operation["summary"], (path, method)
        assert [set(need) for need in operation["security"]] == [{"token"}]
        assert any(status.startswith("2") for status in operation["responses"])
        for status, answer in operation["responses"].items():
            answer = resolved(description, answer)
            assert answer["description"]
            if not status.startswith("2"):
                assert list(answer["content"]) == ["application/problem+json"]


def test_every_parameter_of_a_path_is_described(description: dict[str, Any]) -> None:
    for path, item in description["paths"].items():
        everywhere = item.get("parameters", [])
        for method in METHODS & item.keys():
            parameters = [resolved(description, one) for one in everywhere + item[method].get("parameters", [])]
            named = [(one["in"], one["name"]) for one in parameters]
            assert len(named) == len(set(named))
            assert {name for place, name in named if place == "path"} == set(re.findall(r"{(\w+)}", path))
            assert all(one["required"] for one in parameters if one["in"] == "path")
            assert all("schema" in one for one in parameters)


def test_conditional_writes_are_described_with_their_header_and_their_refusal(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        names = [one["name"] for one in operation.get("parameters", []) if "name" in one]
        assert ("If-Match" in names) == ("412" in operation["responses"]), (path, method)
    assert "If-Match" in str(description["paths"]["/api/v1/users/{user_id}"]["patch"])


def test_what_a_user_looks_like_is_what_is_described(app: Flask, description: dict[str, Any]) -> None:
    schema = description["components"]["schemas"]["User"]

    user = Api(app).new("ada", emails=[{"value": "ada@x.test", "display": "At work"}])

    assert set(user) == set(schema["properties"]) == set(schema["required"])
    assert set(user["emails"][0]) == set(description["components"]["schemas"]["Email"]["properties"])
    assert UUID(user["id"])
    types = {"string": str, "boolean": bool, "array": list, "object": dict, "integer": int, "null": type(None)}
    for name, value in user.items():
        declared = schema["properties"][name]["type"]
        allowed = [declared] if isinstance(declared, str) else declared
        assert type(value) in {types[one] for one in allowed}, name


def test_the_described_bodies_are_those_that_are_read(app: Flask, description: dict[str, Any]) -> None:
    schema = description["components"]["schemas"]["UserCreate"]
    samples = {"string": "text@x.test", "boolean": True, "array": [], "object": {"a": 1}}
    body = {
        name: samples[one["type"] if isinstance(one["type"], str) else one["type"][0]]
        for name, one in schema["properties"].items()
        if name != "email"
    }

    response = Api(app).post(json=body)

    assert response.status_code == 201
    assert {name: response.get_json()[name] for name in body} == body


def test_the_page_shows_every_operation(client: FlaskClient, description: dict[str, Any]) -> None:
    page = client.get("/api/docs")

    assert page.status_code == 200
    assert page.mimetype == "text/html"
    for path, method, operation in operations(description):
        assert path in page.text
        assert method in page.text.lower()
        assert operation["summary"].rstrip(".") in page.text.replace("&#39;", "'")


def test_the_page_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/api/docs")

    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page.text)

    assert all(url.startswith("/") and not url.startswith("//") for url in loaded)
