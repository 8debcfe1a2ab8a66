"""Who may ask: bearer tokens and their scopes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from roster import services
from tests import factories
from tests.api import USERS, Api, demand_problem

ID = UUID(int=1)
ROUTES = [
    ("GET", USERS, "users:read"),
    ("GET", f"{USERS}/{ID}", "users:read"),
    ("POST", USERS, "users:write"),
    ("PATCH", f"{USERS}/{ID}", "users:write"),
    ("DELETE", f"{USERS}/{ID}", "users:write"),
    ("POST", f"{USERS}/{ID}/restore", "users:write"),
    ("POST", f"{USERS}/{ID}/suspend", "users:write"),
    ("POST", f"{USERS}/{ID}/activate", "users:write"),
    ("POST", f"{USERS}/import", "users:write"),
    ("GET", f"{USERS}/export", "users:read"),
    ("GET", f"{USERS}/{ID}/groups", "groups:read"),
    ("GET", f"{USERS}/{ID}/events", "events:read"),
]
MALFORMED = ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer abc", "Bearer " + "-" * 32, "Bearer " + "é" * 40, "\x00"]


def test_the_table_of_routes_is_complete(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(USERS)]

    found = {(method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}

    assert found == {(method, url.replace(str(ID), "<uuid:user_id>")) for method, url, _ in ROUTES}


@pytest.mark.parametrize(("method", "url"), [route[:2] for route in ROUTES])
def test_no_route_opens_without_a_good_token(app: Flask, method: str, url: str) -> None:
    client = app.test_client()

    for given in MALFORMED:
        response = client.open(url, method=method, headers={"Authorization": given})

        demand_problem(response, 401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="roster"'
    demand_problem(client.open(url, method=method), 401, "unauthenticated")


@pytest.mark.parametrize(("method", "url", "scope"), ROUTES)
def test_no_route_opens_without_its_scope(app: Flask, method: str, url: str, scope: str) -> None:
    others = {"users:read", "users:write", "groups:read", "tokens:write"} - {scope}

    problem = demand_problem(Api(app, *others).send(method, url), 403, "forbidden")

    assert scope in problem["detail"]


def test_its_scope_alone_opens_a_route(app: Flask) -> None:
    for method, url, scope in ROUTES:
        assert Api(app, scope).send(method, url).status_code in {200, 404, 415, 422}


def test_a_token_that_ended_opens_nothing(app: Flask) -> None:
    api = Api(app)
    with app.app_context():
        now, actor = datetime.now(UTC), factories.actor(api.organization_id)
        expired = factories.token(api.organization_id, expires_at=now - timedelta(seconds=1))
        valid = factories.token(api.organization_id, expires_at=now + timedelta(minutes=5))
        revoked = factories.token(api.organization_id)
        services.tokens.revoke(actor, revoked.removeprefix("roster_api_")[:8], at=now)

    answers = {}
    for name, api.token in {"expired": expired, "valid": valid, "revoked": revoked}.items():
        answers[name] = api.get().status_code

    assert answers == {"expired": 401, "valid": 200, "revoked": 401}


def test_a_token_with_anything_changed_opens_nothing(app: Flask) -> None:
    api, other = Api(app), Api(app)
    good = api.token

    for forged in (
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        good[:-32] + other.token[-32:],
        good[:-32] + uuid4().hex,
        good.upper(),
        good.replace("roster_api_", "roster_scim_"),
        f"{good} {good}",
        good.removeprefix("roster_api_"),
    ):
        api.token = forged
        demand_problem(api.get(), 401, "unauthenticated")


def test_the_scheme_is_read_in_any_case(app: Flask) -> None:
    api = Api(app)

    for scheme in ("bearer", "BEARER", "Bearer "):
        assert api.get(headers={"Authorization": f"{scheme} {api.token}"}).status_code == 200


def test_an_identity_providers_token_does_not_open_this_door(app: Flask) -> None:
    api = Api(app)
    with app.app_context():
        api.token = factories.token(api.organization_id, kind="scim", scopes=(), provider="Okta")

    demand_problem(api.get(), 403, "forbidden")


def test_who_may_not_ask_is_told_so_before_what_is_wrong_with_the_question(app: Flask) -> None:
    response = app.test_client().post(USERS, data=b"{", content_type="application/json")

    demand_problem(response, 401, "unauthenticated")


def test_events_name_the_token_and_the_request(app: Flask) -> None:
    api = Api(app)

    user = api.post(json={"user_name": "ada"}, headers={"X-Request-ID": "trace-1"}).get_json()

    with app.app_context():
        [event] = services.users.history(api.organization_id, user["id"])
    assert (event.actor_kind, event.actor_label, event.door, event.request_id) == ("token", "tests", "api", "trace-1")
    assert event.changes["user_name"] == [None, "ada"]
