"""Tokens by the API: issued, listed, rotated, ended; none gives what it does not have."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from roster import services
from roster.models.token import SCOPES
from tests import factories
from tests.api import TOKENS, USERS, Api, demand_problem


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app, *SCOPES)


def issue(api: Api, *scopes: str, **values: Any) -> str:
    response = api.post(TOKENS, json={"name": "new", "scopes": list(scopes)} | values)
    assert response.status_code == 201, response.text
    return str(response.get_json()["token"])


def prefix(token: str) -> str:
    return token.split("_")[2][:8]


def opens(api: Api, token: str, path: str = USERS) -> int:
    return api.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_is_shown_once_and_opens_what_it_may(api: Api) -> None:
    token = issue(api, "users:read", name="Payroll", expires_in=30)

    [kept] = [one for one in api.get(TOKENS).get_json()["items"] if one["name"] == "Payroll"]

    assert opens(api, token) == 200
    assert opens(api, token, "/api/v1/groups") == 403
    assert (kept["prefix"], kept["kind"], kept["scopes"]) == (prefix(token), "api", ["users:read"])
    lasts = datetime.fromisoformat(kept["expires_at"]) - datetime.fromisoformat(kept["created_at"])
    assert lasts == timedelta(days=30)
    assert token not in api.get(TOKENS).text


def test_a_token_ends_at_once(api: Api) -> None:
    token = issue(api, "users:read")

    assert api.delete(f"{TOKENS}/{prefix(token)}").status_code == 204

    assert opens(api, token) == 401
    assert api.delete(f"{TOKENS}/{prefix(token)}").status_code == 204, "one that has ended stays so"
    demand_problem(api.delete(f"{TOKENS}/00000000"), 404, "token_not_found")


@pytest.mark.parametrize(
    "path", ["%00aaaaaaa", "aaaaaaa%27", "%ed%a0%80aaaa", "ééééaaaa", "a" * 7, "a" * 9, "_%25_%25_%25"]
)
def test_no_prefix_breaks_anything(api: Api, path: str) -> None:
    for method, end in (("DELETE", ""), ("POST", "/rotate")):
        assert api.send(method, f"{TOKENS}/{path}{end}").status_code == 404


def test_a_token_that_is_replaced_goes_on_for_a_while(api: Api) -> None:
    old = issue(api, "users:read", "groups:read", name="Sync")

    new = api.post(f"{TOKENS}/{prefix(old)}/rotate", json={"overlap": 3600}).get_json()["token"]

    assert {opens(api, token) for token in (old, new)} == {200}
    kept = {one["prefix"]: one for one in api.get(TOKENS).get_json()["items"]}
    assert kept[prefix(new)]["scopes"] == ["users:read", "groups:read"]
    assert (kept[prefix(new)]["name"], kept[prefix(new)]["expires_at"]) == ("Sync", None)
    left = datetime.fromisoformat(kept[prefix(old)]["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_without_overlap_the_old_one_ends_with_the_answer(api: Api) -> None:
    old = issue(api, "users:read")

    new = api.post(f"{TOKENS}/{prefix(old)}/rotate", json={"overlap": 0}).get_json()["token"]

    assert (opens(api, old), opens(api, new)) == (401, 200)
    demand_problem(api.post(f"{TOKENS}/{prefix(old)}/rotate"), 404, "token_not_found")


def test_what_ends_sooner_is_not_made_to_live_longer(app: Flask, api: Api) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        old = factories.token(api.organization_id, at=now, expires_at=now + timedelta(minutes=5))

    new = api.post(f"{TOKENS}/{prefix(old)}/rotate", json={"overlap": 86400}).get_json()["token"]

    kept = {one["prefix"]: one for one in api.get(TOKENS).get_json()["items"]}
    assert datetime.fromisoformat(kept[prefix(old)]["expires_at"]) == now + timedelta(minutes=5)
    lasts = datetime.fromisoformat(kept[prefix(new)]["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < lasts <= timedelta(minutes=5)


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if scope != "tokens:write"])
def test_no_token_gives_a_scope_that_it_does_not_have(app: Flask, scope: str) -> None:
    some = set(SCOPES) - {scope}
    api = Api(app, *some)
    with app.app_context():
        mightier = factories.token(api.organization_id, *SCOPES)
        before = len(services.tokens.search(api.organization_id))

    demand_problem(api.post(TOKENS, json={"name": "x", "scopes": [scope]}), 403, "forbidden")
    demand_problem(api.post(TOKENS, json={"name": "x", "scopes": [*some, scope]}), 403, "forbidden")
    demand_problem(api.post(f"{TOKENS}/{prefix(mightier)}/rotate"), 403, "forbidden")

    assert issue(api, *some)
    with app.app_context():
        assert len(services.tokens.search(api.organization_id)) == before + 1


@pytest.mark.parametrize("scope", ["users:read", "users:write", "groups:read", "groups:write"])
def test_no_token_gives_a_providers_token_that_opens_more_than_it(app: Flask, scope: str) -> None:
    weak, strong = Api(app, *(set(SCOPES) - {scope})), Api(app, *SCOPES)
    body = {"kind": "scim", "name": "Okta", "provider": "Okta"}
    with app.app_context():
        theirs = factories.token(weak.organization_id, kind="scim", scopes=(), provider="Okta")

    demand_problem(weak.post(TOKENS, json=body), 403, "forbidden")
    demand_problem(weak.post(f"{TOKENS}/{prefix(theirs)}/rotate"), 403, "forbidden")

    made = strong.post(TOKENS, json=body).get_json()["token"]
    assert made.startswith("roster_scim_")
    again = strong.post(f"{TOKENS}/{prefix(made)}/rotate").get_json()["token"]
    assert again.startswith("roster_scim_")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["users:read"]}, "name"),
        ({"name": "", "scopes": ["users:read"]}, "name"),
        ({"name": "x"}, "scopes"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["users:all"]}, "scopes[0]"),
        ({"name": "x", "scopes": ["users:read"], "expires_in": 0}, "expires_in"),
        ({"name": "x", "scopes": ["users:read"], "expires_in": 3651}, "expires_in"),
        ({"name": "x", "scopes": ["users:read"], "expires_in": "1"}, "expires_in"),
        ({"name": "x", "scopes": ["users:read"], "provider": "Okta"}, "provider"),
        ({"name": "x", "scopes": ["users:read"], "kind": "root"}, "kind"),
        ({"name": "x", "kind": "scim"}, "provider"),
        ({"name": "x", "kind": "scim", "provider": "Okta", "scopes": ["users:read"]}, "scopes"),
    ],
)
def test_what_is_wrong_is_told_by_its_name(api: Api, body: dict[str, Any], field: str) -> None:
    demand_problem(api.post(TOKENS, json=body), 422, "invalid_input", field)


def test_when_a_token_was_used_is_known_without_a_write_for_each_request(api: Api, engine: Engine) -> None:
    def versions() -> Any:
        with engine.connect() as connection:
            return connection.execute(text("SELECT xmin::text, last_used_at FROM token")).one()

    assert versions().last_used_at is None
    api.get()
    first = versions()
    for _ in range(5):
        api.get()

    assert datetime.now(UTC) - first.last_used_at < timedelta(minutes=1)
    assert versions() == first
