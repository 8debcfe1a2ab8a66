"""Who may ask what over SCIM: every route, found by itself, and every kind of token.

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
from roster.scim.attributes import BULK_REQUEST_URN, GROUP_URN, PATCH_URN, SEARCH_URN, USER_URN
from tests import factories
from tests.factories import NOW
from tests.provider import V2, demand_error
from tests.security.conftest import rows
from tests.security.rules import World

USER, GROUP = {"schemas": [USER_URN], "userName": "eve"}, {"schemas": [GROUP_URN], "displayName": "new"}
SEARCH = {"schemas": [SEARCH_URN]}
PATCH = {"schemas": [PATCH_URN], "Operations": [{"op": "replace", "path": "externalId", "value": "x"}]}
BULK = {"schemas": [BULK_REQUEST_URN], "Operations": [{"method": "POST", "path": "/Users", "data": USER}]}
PUBLIC = {
    ("GET", f"{V2}/{path}")
    for path in ("ServiceProviderConfig", "ResourceTypes", "ResourceTypes/<name>", "Schemas", "Schemas/<urn>")
}
RULES: dict[tuple[str, str], tuple[Any, int]] = {
    ("GET", f"{V2}/"): (None, 200),
    ("POST", f"{V2}/.search"): (SEARCH, 200),
    ("POST", f"{V2}/Bulk"): (BULK, 200),
    **{(method, f"{V2}/Me"): (None, 501) for method in ("GET", "POST", "PUT", "PATCH", "DELETE")},
    **{("GET", f"{V2}/{kind}"): (None, 200) for kind in ("Users", "Groups")},
    **{("POST", f"{V2}/{kind}/.search"): (SEARCH, 200) for kind in ("Users", "Groups")},
    **{("POST", f"{V2}/{kind}"): (body, 201) for kind, body in (("Users", USER), ("Groups", GROUP))},
    **{("PUT", f"{V2}/{kind}/<given_id>"): (body, 200) for kind, body in (("Users", USER), ("Groups", GROUP))},
    **{("GET", f"{V2}/{kind}/<given_id>"): (None, 200) for kind in ("Users", "Groups")},
    **{("PATCH", f"{V2}/{kind}/<given_id>"): (PATCH, 200) for kind in ("Users", "Groups")},
    **{("DELETE", f"{V2}/{kind}/<given_id>"): (None, 204) for kind in ("Users", "Groups")},
}
GUARDED = [pytest.param(*route, id=" ".join(route)) for route in RULES]
WITH_IDS = [param for param in GUARDED if "<" in str(param.values[1])]
OKTA: dict[str, Any] = {"kind": "scim", "scopes": (), "provider": "Okta"}


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World.of("acme")


@pytest.fixture
def nothing_written(engine: Engine, world: World) -> Iterator[None]:
    """Demand that no user, group or member of this organization is another."""

    def kept() -> dict[str, str]:
        return {
            name: text for name, text in rows(engine).items() if name in {"user", "user_email", "group", "membership"}
        }

    before = kept()
    yield
    assert kept() == before


def ask(app: Flask, world: World, method: str, rule: str, token: str | None) -> Any:
    given_id = world.ids["user_id" if "/Users" in rule else "group_id"]
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    body = RULES[method, rule][0] if (method, rule) in RULES else None
    url = rule.replace("<given_id>", given_id).replace("<name>", "User").replace("<urn>", USER_URN)
    return app.test_client().open(url, method=method, headers=headers, **({} if body is None else {"json": body}))


def test_every_route_has_a_rule_and_every_rule_a_route(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/scim")
        for method in (rule.methods or set()) - {"HEAD"}
    }

    assert routes == set(RULES) | PUBLIC


def test_what_is_public_answers_anybody(app: Flask, world: World) -> None:
    for method, rule in PUBLIC:
        for token in (None, "nonsense"):
            assert ask(app, world, method, rule, token).status_code == 200


@pytest.mark.parametrize(("method", "rule"), GUARDED)
def test_a_providers_token_opens_it(app: Flask, world: World, method: str, rule: str) -> None:
    with app.app_context():
        token = factories.token(world.organization_id, **OKTA)

    response = ask(app, world, method, rule, token)

    assert response.status_code == RULES[method, rule][1], response.text


@pytest.mark.parametrize(("method", "rule"), GUARDED)
@pytest.mark.usefixtures("nothing_written")
def test_no_token_that_is_not_good_opens_it(app: Flask, world: World, method: str, rule: str) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        revoked = factories.token(world.organization_id, **OKTA)
        services.tokens.revoke(factories.actor(world.organization_id), revoked.split("_")[2][:8], at=now)
        closed = factories.organization("closed").id
        of_closed = factories.token(closed, **OKTA)
        services.organizations.remove(factories.actor(closed), at=now)
        bad = {
            "none": None,
            "malformed": "nonsense",
            "unknown": f"roster_scim_{'0' * 48}{world.organization_id.hex}",
            "expired": factories.token(world.organization_id, **OKTA, expires_at=now - timedelta(seconds=1)),
            "revoked": revoked,
            "of a deleted organization": of_closed,
        }

    for token in bad.values():
        response = ask(app, world, method, rule, token)
        demand_error(response, 401)
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="roster"'


@pytest.mark.parametrize(("method", "rule"), GUARDED)
@pytest.mark.usefixtures("nothing_written")
def test_who_is_known_and_may_not_is_told_so(app: Flask, world: World, method: str, rule: str) -> None:
    with app.app_context():
        application = factories.token(world.organization_id, *SCOPES)
        disabled = factories.token(world.organization_id, kind="scim", scopes=(), provider="Entra")
        actor = factories.actor(world.organization_id)
        [entra] = services.provisioning.providers.search(world.organization_id)
        services.provisioning.providers.change(actor, entra.id, {"enabled": False}, at=NOW)
        suspended = factories.organization("suspended").id
        of_suspended = factories.token(suspended, **OKTA)
        services.organizations.suspend(factories.actor(suspended), at=NOW)

    told = [demand_error(ask(app, world, method, rule, token), 403) for token in (application, disabled, of_suspended)]

    assert "kind scim" in told[0]
    assert "switched off" in told[1]
    assert "suspended" in told[2]


@pytest.mark.parametrize(("method", "rule"), WITH_IDS)
@pytest.mark.usefixtures("nothing_written")
def test_another_organizations_ids_are_not_found(app: Flask, world: World, method: str, rule: str) -> None:
    with app.app_context():
        token = factories.token(factories.organization("stranger").id, **OKTA)

    demand_error(ask(app, world, method, rule, token), 404)


def test_lists_show_nothing_of_another_organization(app: Flask, world: World) -> None:
    with app.app_context():
        token = factories.token(factories.organization("empty").id, **OKTA)

    for path in ("/", "/Users", "/Groups"):
        response = app.test_client().get(f"{V2}{path}", headers={"Authorization": f"Bearer {token}"})
        assert response.get_json()["totalResults"] == 0
