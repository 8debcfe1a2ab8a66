"""Every route of SCIM with what nobody should send: refused by name, never an accident."""

from typing import Any

import pytest
from flask import Flask

from roster.scim.attributes import BULK_REQUEST_URN, ENTERPRISE_URN, PATCH_URN, SEARCH_URN
from tests.provider import SCIM_JSON, Provider, demand_error
from tests.security.test_hostile_routes import BODIES, VALUES
from tests.security.test_scim_authorization import GROUP, USER

NAMES = (
    *("schemas", "id", "externalId", "meta", "userName", "displayName", "name", "active", "emails", "photos"),
    *("members", "addresses", "roles", "x509Certificates", "groups", "password", ENTERPRISE_URN, "unknown", "a.b", ""),
)
WORK = 'emails[type eq "work"]'
PATHS = (
    *("userName", "name", "name.givenName", "emails", WORK, f"{WORK}.value", "active", "members", "id", "meta"),
    *(f"{ENTERPRISE_URN}:manager", ENTERPRISE_URN, 'members[value eq "x"]', "x", "", "[", "a[b"),
)
QUESTIONS = ("filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes")
FILTERS = (
    *("(", ")", "not", "a eq", 'userName eq "\\u0000"', 'userName eq "\\ud800"', "userName eq 1", "emails["),
    *('meta.created gt "0000"', 'meta.created gt "9999-12-31T23:59:59-14:00"', "active eq null", 'id eq "x"'),
    *('emails.value co "%"', "members.value eq 5", f"{ENTERPRISE_URN}:manager pr", f"{'not (' * 40}a pr"),
    " or ".join(["title pr"] * 200),
)


@pytest.fixture
def provider(app: Flask) -> Provider:
    return Provider(app)


@pytest.fixture
def addresses(provider: Provider) -> list[str]:
    user = provider.new(emails=[{"value": "a@b.test", "type": "work"}])
    return [f"/Users/{user['id']}", f"/Groups/{provider.new_group('Staff', user['id'])['id']}"]


def demand_no_accident(response: Any, what: object) -> None:
    assert response.status_code < 500 or response.status_code == 501, (what, response.text)
    if response.status_code >= 400:
        demand_error(response, response.status_code, response.get_json().get("scimType"))


def test_no_body_breaks_anything(provider: Provider, addresses: list[str]) -> None:
    routes = [("POST", path) for path in ("/Users", "/Groups", "/Bulk", "/.search", "/Users/.search")]
    routes += [(method, address) for method in ("PUT", "PATCH") for address in addresses]

    for method, path in routes:
        for body in BODIES:
            response = provider.send(method, path, data=body, content_type=SCIM_JSON)
            demand_no_accident(response, (method, path, body))


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_an_attribute_breaks_anything(provider: Provider, addresses: list[str], name: str) -> None:
    for value in VALUES:
        for address, body in zip(addresses, (USER, GROUP), strict=True):
            collection = address.rpartition("/")[0]
            for method, path in (("POST", collection), ("PUT", address)):
                response = provider.send(method, path, json=body | {name: value})
                demand_no_accident(response, (method, path, name, str(value)[:50]))


@pytest.mark.parametrize("path", PATHS)
def test_no_patch_breaks_anything(provider: Provider, addresses: list[str], path: str) -> None:
    for value in VALUES:
        for op in ("add", "replace", "Remove"):
            for address in addresses:
                given = {"schemas": [PATCH_URN], "Operations": [{"op": op, "path": path, "value": value}]}
                response = provider.send("PATCH", address, json=given)
                demand_no_accident(response, (op, path, str(value)[:50]))


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_breaks_anything(provider: Provider, addresses: list[str], name: str) -> None:
    for value in (*VALUES, *FILTERS):
        given = str(value).encode(errors="replace").decode()[:5000]
        for path in ("/", "/Users", "/Groups", *addresses):
            demand_no_accident(provider.get(path, query_string={name: given}), (path, name, given[:50]))
        body = {"schemas": [SEARCH_URN], name: value}
        demand_no_accident(provider.post("/.search", json=body), (name, str(value)[:50]))


@pytest.mark.parametrize("name", ["method", "path", "bulkId", "version", "data"])
def test_no_bulk_operation_breaks_anything(provider: Provider, name: str) -> None:
    good = {"method": "POST", "path": "/Users", "bulkId": "a", "data": USER}
    for value in VALUES:
        body = {"schemas": [BULK_REQUEST_URN], "Operations": [good | {name: value}]}
        response = provider.post("/Bulk", json=body)
        demand_no_accident(response, (name, str(value)[:50]))
        for result in response.get_json().get("Operations", ()):
            assert int(result["status"]) < 500, (name, value, result)


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match", "Authorization", "Accept", "Content-Type"])
def test_no_header_breaks_anything(provider: Provider, addresses: list[str], header: str) -> None:
    for value in ("", '"', "W/", 'W/"', '"\xff"', "," * 1000, "a" * 5000, "\t", "*,*", 'W/"1', "Bearer \xe9"):
        for method in ("GET", "PUT", "PATCH"):
            response = provider.send(method, addresses[0], data=b"{}", headers={header: value})
            demand_no_accident(response, (header, value))
