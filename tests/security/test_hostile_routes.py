"""Every route of the API, found by itself, with what nobody should send: it is refused by name, never an accident."""

import json
import re
from typing import Any

import pytest
from flask import Flask

from roster.models.token import SCOPES
from tests import factories
from tests.api import demand_voice
from tests.security.rules import PUBLIC, RULES, World, sent
from tests.security.test_hostile_urls import BAD_IDS

ROUTES = [pytest.param(*route, id=" ".join(route)) for route, rule in RULES.items() if rule.scope is not PUBLIC]
WITH_IDS = [route for route in ROUTES if "<" in str(route.values[1])]
READING = [route for route in ROUTES if route.values[0] == "GET"]
WRITING = [route for route in ROUTES if route.values[0] in {"POST", "PATCH"}]

BODIES = [
    *(
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b"\0",
        b"{}x",
    ),
    *(b"[" * 1000, b'{"a":' * 40 + b"1" + b"}" * 40, b'{"__proto__":{}}', b'{"":""}', b"9" * 5000),
]
NAMES = {
    "users": ("user_name", "display_name", "email", "emails", "attributes", "active", "external_id"),
    "groups": ("display_name", "description", "external_id", "users", "groups"),
    "organizations": ("slug", "name", "purge_days", "purge_keeps"),
    "jobs": (),
    "tokens": ("kind", "name", "scopes", "provider", "expires_in", "overlap"),
}
VALUES: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        10**30,
        1.5,
        "",
        " ",
        "\0",
        "a\x1bb",
        "\ud800",
        "\ufdd0",
        "\u202e",
        "'; --",
        "<b>",
        "a" * 100_000,
    ),
    *([], {}, [None], [[]], [{}], {"a": []}, ["a"] * 6000, "00000000-0000-0000-0000-000000000000", "%", "{{7*7}}"),
]
QUERIES = ["q", "sort", "status", "after", "limit", "before", "x"]


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World.of("acme")


@pytest.fixture
def headers(app: Flask, world: World) -> dict[str, str]:
    with app.app_context():
        return {"Authorization": f"Bearer {factories.token(world.organization_id, *SCOPES)}"}


def demand_no_accident(response: Any, what: object) -> None:
    assert response.status_code < 500, (what, response.text)
    if response.status_code >= 400:
        demand_voice(response)
        assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(("method", "rule"), WITH_IDS)
def test_a_malformed_id_is_not_found(app: Flask, world: World, headers: dict[str, str], method: str, rule: str) -> None:
    for bad in BAD_IDS:
        for place in range(rule.count("<")):
            converters = re.findall(r"<[^>]+>", rule)
            url = world.url(rule.replace(converters[place], bad, 1))

            response = app.test_client().open(url, method=method, headers=headers)

            assert response.status_code in {404, 405, 308, 400}, (bad, response.text)
            demand_no_accident(response, bad)


@pytest.mark.parametrize(("method", "rule"), WRITING)
def test_no_body_breaks_anything(app: Flask, world: World, headers: dict[str, str], method: str, rule: str) -> None:
    client, url = app.test_client(), world.url(rule)
    for body in BODIES:
        response = client.open(url, method=method, headers=headers, data=body, content_type="application/json")
        demand_no_accident(response, body)

    if rule.endswith(("/organizations/<uuid:organization_id>/suspend", "/import")):
        return  # nothing is read there, and it closes the door; and a file is no object
    for name in NAMES[rule.split("/")[3]]:
        for value in VALUES:
            body = json.dumps((world.body(method, rule) or {}) | {name: value}).encode()
            response = client.open(url, method=method, headers=headers, data=body, content_type="application/json")
            demand_no_accident(response, (name, str(value)[:50]))


@pytest.mark.parametrize(("method", "rule"), READING)
def test_no_question_breaks_anything(app: Flask, world: World, headers: dict[str, str], method: str, rule: str) -> None:
    client, url = app.test_client(), world.url(rule)
    for name in QUERIES:
        for value in VALUES:
            given = str(value).encode(errors="replace").decode()[:5000]
            response = client.open(url, method=method, headers=headers, query_string={name: given})
            demand_no_accident(response, (name, given[:50]))


@pytest.mark.parametrize("key", ["\0", "\xff", "a" * 10_000, "'; --", "a,b", " a"])
def test_no_idempotency_key_breaks_anything(app: Flask, world: World, headers: dict[str, str], key: str) -> None:
    for method, rule in RULES:
        if method == "POST" and "suspend" not in rule:
            response = app.test_client().post(
                world.url(rule),
                headers=headers,
                **sent(world.body(method, rule)),
                environ_overrides={"HTTP_IDEMPOTENCY_KEY": key},
            )
            demand_no_accident(response, (key, rule))
