"""The switch of a provider for whom only the standard counts: a dialect is an error there, and understood elsewhere."""

from typing import Any

import pytest
from flask import Flask

from roster import services
from roster.scim.attributes import BULK_REQUEST_URN, PATCH_URN, USER_URN
from tests import factories
from tests.factories import NOW
from tests.provider import Provider, demand_error


@pytest.fixture
def tolerant(app: Flask) -> Provider:
    return Provider(app)


@pytest.fixture
def strict(app: Flask, tolerant: Provider) -> Provider:
    """Another provider of the same organization, for whom the switch is on."""
    provider = Provider(app, "Strict", organization_id=tolerant.organization_id)
    with app.app_context():
        actor = factories.actor(provider.organization_id)
        found = {one.name: one.id for one in services.provisioning.providers.search(provider.organization_id)}
        services.provisioning.providers.change(actor, found["Strict"], {"strict": True}, at=NOW)
    return provider


OPERATIONS: list[tuple[dict[str, Any], str]] = [
    ({"op": "Replace", "path": "title", "value": "Dr"}, "invalidSyntax"),
    ({"op": "replace", "path": "active", "value": "False"}, "invalidValue"),
    ({"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@x.test"}, "noTarget"),
    ({"op": "add", "path": "emails", "value": ["a@x.test"]}, "invalidValue"),
]


@pytest.mark.parametrize(("operation", "said"), OPERATIONS)
def test_a_dialect_of_patch_is_an_error(
    tolerant: Provider, strict: Provider, operation: dict[str, Any], said: str
) -> None:
    address = f"/Users/{tolerant.new('ada')['id']}"
    body = {"schemas": [PATCH_URN], "Operations": [operation]}

    demand_error(strict.send("PATCH", address, json=body), 400, said)

    assert tolerant.send("PATCH", address, json=body).status_code == 200


BODIES: list[tuple[dict[str, Any], str]] = [
    ({"userName": "eve"}, "invalidSyntax"),
    ({"schemas": [USER_URN], "userName": "eve", "favouriteColour": "green"}, "invalidValue"),
    ({"schemas": [USER_URN], "userName": "eve", "active": "True"}, "invalidValue"),
]


@pytest.mark.parametrize(("body", "said"), BODIES)
def test_a_dialect_of_a_resource_is_an_error(
    tolerant: Provider, strict: Provider, body: dict[str, Any], said: str
) -> None:
    demand_error(strict.post("/Users", json=body), 400, said)

    assert tolerant.post("/Users", json=body).status_code == 201


def test_a_post_without_a_bulk_id_is_an_error(tolerant: Provider, strict: Provider) -> None:
    operation = {"method": "POST", "path": "/Users", "data": {"schemas": [USER_URN], "userName": "eve"}}
    body = {"schemas": [BULK_REQUEST_URN], "Operations": [operation]}

    for provider, status in ((strict, "400"), (tolerant, "201")):
        assert [one["status"] for one in provider.post("/Bulk", json=body).get_json()["Operations"]] == [status]
