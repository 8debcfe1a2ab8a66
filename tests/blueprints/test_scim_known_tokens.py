"""A provider whose token was looked up lately: whatever ends or changes meanwhile counts from its next request on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from roster import services
from roster.blueprints import bearer
from roster.blueprints.scim import log
from roster.models import secret
from roster.scim.attributes import BULK_REQUEST_URN, GROUP_URN, USER_URN
from roster.services.provisioning.requests import Search
from roster.services.tokens import Access
from tests import factories
from tests.provider import Provider, demand_error

Ask = Callable[[Provider, str], Any]
TITLE = {"op": "replace", "path": "title", "value": "Dr"}
EVE = {"schemas": [USER_URN], "userName": "eve"}
BULK = {
    "schemas": [BULK_REQUEST_URN],
    "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": EVE | {"userName": name}} for name in "ab"
    ],
}

ASKS: dict[str, Ask] = {
    "read": lambda provider, user_id: provider.get(f"/Users/{user_id}"),
    "list": lambda provider, _: provider.get("/Users"),
    "find": lambda provider, _: provider.get('/Users?filter=userName eq "ada"'),
    "list groups": lambda provider, _: provider.get("/Groups"),
    "everything": lambda provider, _: provider.get("/"),
    "create": lambda provider, _: provider.post("/Users", json=EVE | {"externalId": "1"}),
    "create a group": lambda provider, _: provider.post("/Groups", json={"schemas": [GROUP_URN], "displayName": "G"}),
    "replace": lambda provider, user_id: provider.put(f"/Users/{user_id}", json=EVE),
    "patch": lambda provider, user_id: provider.patch(f"/Users/{user_id}", TITLE),
    "delete": lambda provider, user_id: provider.delete(f"/Users/{user_id}"),
    "bulk": lambda provider, _: provider.post("/Bulk", json=BULK),
    "nothing of the database": lambda provider, _: provider.post("/Users", json={"userName": 7}),
}
everywhere = pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)


@pytest.fixture
def provider(app: Flask) -> Provider:
    """A provider whose token is known, and noted as used."""
    provider = Provider(app)
    for _ in range(2):
        provider.get("/Users")
    assert _known(provider).noted_until > datetime.now(UTC).timestamp()
    return provider


@pytest.fixture
def neighbour(app: Flask, provider: Provider) -> Provider:
    """Another one of the same organization, who sees what came of it."""
    return Provider(app, "Entra", organization_id=provider.organization_id)


def _known(provider: Provider) -> Access:
    return bearer.KNOWN[secret.digest(provider.token)]


def _revoke(provider: Provider) -> None:
    with provider.client.application.app_context():
        actor = factories.actor(provider.organization_id)
        services.tokens.revoke(actor, provider.token.removeprefix("roster_scim_")[:8], at=datetime.now(UTC))


def _change(provider: Provider, **values: Any) -> None:
    with provider.client.application.app_context():
        actor, which = factories.actor(provider.organization_id), _known(provider).provider
        assert which is not None
        services.provisioning.providers.change(actor, which.id, values, at=datetime.now(UTC))


@everywhere
def test_a_known_token_that_is_revoked_opens_nothing(provider: Provider, neighbour: Provider, ask: Ask) -> None:
    user = provider.new("ada")
    _revoke(provider)

    answer = ask(provider, user["id"])

    demand_error(answer, 401)
    assert neighbour.found("/") == [user]


@everywhere
def test_a_known_provider_that_is_switched_off_is_refused(provider: Provider, neighbour: Provider, ask: Ask) -> None:
    user = provider.new("ada")
    _change(provider, enabled=False)

    answer = ask(provider, user["id"])

    demand_error(answer, 403)
    assert neighbour.found("/") == [user]


def test_a_provider_that_is_switched_on_again_is_let_in_at_once(provider: Provider) -> None:
    _change(provider, enabled=False)
    refused = provider.get("/Users")
    _change(provider, enabled=True)

    demand_error(refused, 403)
    assert provider.get("/Users").status_code == 200


def test_a_known_token_of_a_suspended_organization_opens_nothing(app: Flask, provider: Provider) -> None:
    with app.app_context():
        services.organizations.suspend(factories.actor(provider.organization_id), at=datetime.now(UTC))

    demand_error(provider.get("/Users"), 403)


def test_a_known_provider_is_strict_from_the_moment_on_at_which_it_is_told_to_be(provider: Provider) -> None:
    lenient = provider.post("/Users", json={"userName": "ada"})
    _change(provider, strict=True)
    strict = provider.post("/Users", json={"userName": "bob"})
    _change(provider, strict=False)
    again = provider.post("/Users", json={"userName": "bob"})

    assert (lenient.status_code, again.status_code) == (201, 201)
    demand_error(strict, 400, "invalidSyntax")


def test_a_bulk_request_goes_on_where_no_more_than_the_provider_changed(provider: Provider) -> None:
    _change(provider, log_days=3)

    answer = provider.post("/Bulk", json=BULK)

    assert [each["status"] for each in answer.get_json()["Operations"]] == ["201", "201"]
    assert len(provider.found("/Users")) == 2


def test_what_a_token_asks_after_its_end_is_nobodys(app: Flask, provider: Provider) -> None:
    which = _known(provider).provider
    assert which is not None
    _revoke(provider)
    provider.get("/Groups")

    with app.app_context():
        log.flush()
        noted = services.provisioning.requests.search(provider.organization_id, which.id, Search())

    assert [one.path for one in noted] == ["/scim/v2/Users"] * 2
