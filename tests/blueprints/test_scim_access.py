"""Who may come through this door, and how it refuses: in SCIM's words, never with a page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roster.blueprints.every_request.limits import parse
from roster.blueprints.voices import SCIM_TYPES
from tests.provider import SCIM_JSON, V2, Provider, demand_error

ID = "0197f3a2-0000-7000-8000-000000000000"
ROUTES = [
    *(("GET", "/"), ("POST", "/.search"), ("POST", "/Bulk"), ("GET", "/Me")),
    *(("GET", f"/{kind}") for kind in ("Users", "Groups")),
    *(("POST", f"/{kind}") for kind in ("Users", "Groups")),
    *(("POST", f"/{kind}/.search") for kind in ("Users", "Groups")),
    *((method, f"/{kind}/{ID}") for kind in ("Users", "Groups") for method in ("GET", "PUT", "PATCH", "DELETE")),
]


@pytest.fixture
def provider(app: Flask) -> Provider:
    return Provider(app)


def test_people_of_another_organization_are_not_there(app: Flask, provider: Provider) -> None:
    user, group = provider.new(), provider.new_group()
    stranger = Provider(app)

    for path in (f"/Users/{user['id']}", f"/Groups/{group['id']}"):
        demand_error(stranger.get(path), 404)
        demand_error(stranger.delete(path), 404)
        demand_error(stranger.patch(path, {"op": "replace", "path": "externalId", "value": "x"}), 404)
    assert stranger.get("/").get_json()["totalResults"] == 0
    assert provider.get("/").get_json()["totalResults"] == 2


@pytest.mark.parametrize("path", ["/scim", "/scim/", "/scim/v1/Users", "/scim/v2/Nothing", f"/scim/v2/Users/{ID}/x"])
def test_an_unknown_address_is_told_in_scims_words(client: FlaskClient, path: str) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        demand_error(client.open(path, method=method), 404)


def test_nobody_is_sent_elsewhere(client: FlaskClient) -> None:
    for path in ("/scim/v2//Users", "/scim//v2/Users", f"/scim/v2/Users//{ID}", "/scim/v2/Schemas//"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            response = client.open(path, method=method, json={})
            demand_error(response, response.status_code)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/Users"), ("DELETE", "/Groups"), ("POST", f"/Users/{ID}"), ("GET", "/Bulk"), ("GET", "/Users/.search")],
)
def test_what_can_not_be_done_there_is_told_with_what_can(provider: Provider, method: str, path: str) -> None:
    response = provider.send(method, path)

    demand_error(response, 404 if path.endswith(".search") else 405)
    assert path.endswith(".search") or response.headers["Allow"]


def test_options_are_answered_in_scims_words(client: FlaskClient) -> None:
    for path in ("/Users", "/ServiceProviderConfig"):
        demand_error(client.options(V2 + path), 405)


def test_who_asks_is_nobody_here(provider: Provider) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        demand_error(provider.send(method, "/Me", json={}), 501)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/scim+json",
        "application/json",
        "application/scim+json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
    ],
)
def test_both_media_types_are_understood_with_a_charset_or_without(provider: Provider, content_type: str) -> None:
    body = b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}'

    response = provider.post("/Users", data=body, content_type=content_type, headers={"Accept": "application/json"})

    assert (response.status_code, response.content_type) == (201, SCIM_JSON)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "text/html"]
)
def test_other_media_types_are_not(provider: Provider, content_type: str) -> None:
    for method, path in ROUTES:
        if method in {"POST", "PUT", "PATCH"}:
            demand_error(provider.send(method, path, data=b"{}", content_type=content_type), 415)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"a":1,"a":2}', b"[" * 100, b'{"a":NaN}']
)
def test_a_body_that_is_no_good_json_object_is_bad_syntax(provider: Provider, body: bytes) -> None:
    for method, path in ROUTES:
        if method in {"POST", "PUT", "PATCH"} and path != "/Me":
            demand_error(provider.send(method, path, data=body, content_type=SCIM_JSON), 400, "invalidSyntax")


def test_a_body_that_is_too_large_is_told_so(provider: Provider) -> None:
    demand_error(provider.post("/Users", data=b"x" * 1_100_000, content_type=SCIM_JSON), 413)


def test_who_asks_too_often_is_told_when_to_come_again(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"sign_in": parse("1/hour"), "token": parse("25/hour")}
    monkeypatch.setitem(provider.client.application.extensions, "roster.limits", limits)

    statuses = {provider.get("/Users", query_string={"count": 0}).status_code for _ in range(25)}
    response = provider.get("/Users")

    assert statuses == {200}
    demand_error(response, 429)
    assert 1 <= int(response.headers["Retry-After"]) <= 3600


def test_scim_has_a_word_for_each_of_these(app: Flask) -> None:
    words = {"invalidFilter", "invalidPath", "invalidValue", "invalidSyntax", "noTarget", "mutability", "uniqueness"}

    assert set(SCIM_TYPES.values()) == words | {"tooMany", "invalidCursor"}
