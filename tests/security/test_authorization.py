"""Who may ask what: every route of the API, found by itself, and every kind of token.

A route without a rule fails here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from roster import services
from roster.models.token import SCOPES
from tests import factories
from tests.api import Api, demand_problem
from tests.factories import NOW
from tests.security.conftest import rows
from tests.security.rules import PUBLIC, RULES, V1, World, sent

GUARDED = [pytest.param(*route, id=" ".join(route)) for route, rule in RULES.items() if rule.scope is not PUBLIC]
WITH_IDS = [param for param in GUARDED if "<" in str(param.values[1])]


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World.of("acme")


def ask(app: Flask, world: World, method: str, rule: str, token: str | None, *, body: Any = None) -> Any:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return app.test_client().open(
        world.url(rule), method=method, headers=headers, **sent(body or world.body(method, rule))
    )


@pytest.fixture
def nothing_written(engine: Engine, world: World) -> Iterator[None]:
    """Demand that no row of this organization is another, but for tokens and what tells of them."""

    def kept() -> dict[str, str]:
        of_world = f"{world.organization_id}"
        return {
            name: "|".join(row for row in text.split("|") if of_world in row)
            for name, text in rows(engine).items()
            if name not in {"token", "event", "identity_provider"}
        }

    before = kept()
    yield
    assert kept() == before


def test_every_route_has_a_rule_and_every_rule_a_route(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert routes - {("GET", "/api/docs")} == set(RULES)
    assert {rule.scope for rule in RULES.values()} == {PUBLIC, *SCOPES}


def test_what_is_public_answers_anybody(app: Flask, world: World) -> None:
    for (method, rule), demanded in RULES.items():
        if demanded.scope is PUBLIC:
            assert ask(app, world, method, rule, None).status_code == 200
            assert ask(app, world, method, rule, "nonsense").status_code == 200


@pytest.mark.parametrize(("method", "rule"), GUARDED)
def test_its_scope_alone_opens_it(app: Flask, world: World, method: str, rule: str) -> None:
    with app.app_context():
        token = factories.token(world.organization_id, RULES[method, rule].scope)
        world.delete_what_is_restored(rule)

    response = ask(app, world, method, rule, token)

    assert response.status_code == RULES[method, rule].status, response.text


@pytest.mark.parametrize(("method", "rule"), GUARDED)
@pytest.mark.usefixtures("nothing_written")
def test_no_other_scope_opens_it_nor_all_others_together(app: Flask, world: World, method: str, rule: str) -> None:
    scope = RULES[method, rule].scope
    others = [other for other in SCOPES if other != scope]
    with app.app_context():
        tokens = [factories.token(world.organization_id, *some) for some in (others, *([other] for other in others))]

    for token in tokens:
        problem = demand_problem(ask(app, world, method, rule, token), 403, "forbidden")
        assert scope in problem["detail"]


@pytest.mark.parametrize(("method", "rule"), GUARDED)
@pytest.mark.usefixtures("nothing_written")
def test_no_token_that_is_not_good_opens_it(app: Flask, world: World, method: str, rule: str) -> None:
    now, scope = datetime.now(UTC), RULES[method, rule].scope
    with app.app_context():
        revoked = factories.token(world.organization_id, scope)
        services.tokens.revoke(factories.actor(world.organization_id), revoked.split("_")[2][:8], at=now)
        closed = factories.organization("closed").id
        of_closed = factories.token(closed, scope)
        services.organizations.remove(factories.actor(closed), at=now)
        bad = {
            "none": None,
            "malformed": "nonsense",
            "unknown": f"roster_api_{'0' * 48}{world.organization_id.hex}",
            "expired": factories.token(world.organization_id, scope, expires_at=now - timedelta(seconds=1)),
            "revoked": revoked,
            "of a deleted organization": of_closed,
        }

    for token in bad.values():
        response = ask(app, world, method, rule, token)
        demand_problem(response, 401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="roster"'


@pytest.mark.parametrize(("method", "rule"), GUARDED)
@pytest.mark.usefixtures("nothing_written")
def test_neither_a_providers_token_nor_one_of_a_suspended_organization_opens_it(
    app: Flask, world: World, method: str, rule: str
) -> None:
    with app.app_context():
        scim = factories.token(world.organization_id, kind="scim", scopes=(), provider="Okta")
        suspended = factories.organization("suspended").id
        token = factories.token(suspended, *SCOPES)
        services.organizations.suspend(factories.actor(suspended), at=NOW)

    for given, code in ((scim, "forbidden"), (token, "organization_suspended")):
        demand_problem(ask(app, world, method, rule, given), 403, code)


@pytest.mark.parametrize(("method", "rule"), WITH_IDS)
@pytest.mark.usefixtures("nothing_written")
def test_another_organizations_ids_are_not_found(app: Flask, world: World, method: str, rule: str) -> None:
    with app.app_context():
        stranger = World.of("stranger")
        token = factories.token(stranger.organization_id, *SCOPES)

    response = ask(app, world, method, rule, token, body=stranger.body(method, rule))

    problem = demand_problem(response, 404, response.get_json()["code"])
    assert problem["code"].endswith("_not_found")


def test_another_organizations_people_and_groups_are_no_members(app: Flask, world: World) -> None:
    with app.app_context():
        stranger = World.of("stranger")
    api = Api(app, *SCOPES, organization_id=stranger.organization_id)
    members = f"{V1}/groups/{stranger.ids['group_id']}/members"
    theirs = {"users": [world.ids["other"]], "groups": [world.ids["group_id"]]}

    demand_problem(api.post(members, json=theirs), 422, "member_not_found", "groups", "users")
    assert api.post(f"{members}/remove", json=theirs).get_json() == {"changed": 0}
    assert api.delete(f"{members}/{world.ids['other']}").status_code == 204


def test_lists_show_nothing_of_another_organization(app: Flask, world: World) -> None:
    with app.app_context():
        empty = factories.organization("empty").id
    api = Api(app, *SCOPES, organization_id=empty)

    for kind in ("users", "groups", "events", "tokens", "organizations"):
        response = api.get(f"{V1}/{kind}")
        assert response.status_code == 200
        for value in {*world.ids.values(), "ada", "staff"}:
            assert value not in response.text
