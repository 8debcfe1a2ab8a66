"""Bulk requests (RFC 7644 §3.7): each operation by itself, references between them, and when it is enough."""

from typing import Any

import pytest
from flask import Flask

from roster.scim.attributes import (
    BULK_REQUEST_URN,
    BULK_RESPONSE_URN,
    ENTERPRISE_URN,
    ERROR_URN,
    GROUP_URN,
    PATCH_URN,
    USER_URN,
)
from tests.provider import Provider, demand_error


@pytest.fixture
def provider(app: Flask) -> Provider:
    return Provider(app)


def bulk(provider: Provider, *operations: dict[str, Any], **further: Any) -> list[dict[str, Any]]:
    body = {"schemas": [BULK_REQUEST_URN], "Operations": operations} | further
    response = provider.post("/Bulk", json=body)
    assert response.status_code == 200, response.text
    assert response.get_json()["schemas"] == [BULK_RESPONSE_URN]
    return list(response.get_json()["Operations"])


def user(name: str, **values: Any) -> dict[str, Any]:
    data = {"schemas": [USER_URN], "userName": name} | values
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": data}


def group(name: str, *members: str, **further: Any) -> dict[str, Any]:
    data = {"schemas": [GROUP_URN], "displayName": name, "members": [{"value": member} for member in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data} | further


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [result["status"] for result in results]


def id_in(result: dict[str, Any]) -> str:
    return str(result["location"]).rpartition("/")[2]


def test_each_operation_is_told_as_the_rfc_says(provider: Provider) -> None:
    bob, eve = provider.new("bob"), provider.new("eve")
    title = {"schemas": [PATCH_URN], "Operations": [{"op": "add", "path": "title", "value": "Dr"}]}

    created, replaced, patched, deleted = bulk(
        provider,
        user("ada"),
        {"method": "put", "path": f"/Users/{bob['id']}", "data": {"schemas": [USER_URN], "userName": "rob"}},
        {"method": "PATCH", "path": f"/Users/{bob['id']}", "data": title},
        {"method": "DELETE", "path": f"/Users/{eve['id']}"},
    )

    ada = provider.found("/Users", filter='userName eq "ada"')[0]
    assert created == {
        "method": "POST",
        "bulkId": "ada",
        "location": ada["meta"]["location"],
        "version": 'W/"1"',
        "status": "201",
    }
    assert replaced == {"method": "PUT", "location": bob["meta"]["location"], "version": 'W/"2"', "status": "200"}
    assert patched == {"method": "PATCH", "location": bob["meta"]["location"], "version": 'W/"3"', "status": "200"}
    assert deleted == {"method": "DELETE", "location": eve["meta"]["location"], "status": "204"}
    assert provider.get(f"/Users/{bob['id']}").get_json()["title"] == "Dr"


def test_one_that_fails_undoes_nothing_of_the_others(provider: Provider) -> None:
    results = bulk(provider, user("ada"), user("ADA"), {"method": "DELETE", "path": "/Users/nobody"}, user("bob"))

    assert statuses(results) == ["201", "409", "404", "201"]
    assert results[1]["response"]["scimType"] == "uniqueness"
    assert results[1]["response"]["schemas"] == [ERROR_URN]
    assert "location" not in results[1]
    assert results[2]["location"].endswith("/scim/v2/Users/nobody")
    assert [each["userName"] for each in provider.found("/Users")] == ["ada", "bob"]


def test_after_so_many_failures_it_is_enough(provider: Provider) -> None:
    bad = {"method": "DELETE", "path": "/Users/nobody"}

    results = bulk(provider, user("ada"), bad, user("bob"), bad, user("eve"), failOnErrors=2)

    assert statuses(results) == ["201", "404", "201", "404"]
    assert [each["userName"] for each in provider.found("/Users")] == ["ada", "bob"]


def test_what_is_created_can_be_named_before_and_after(provider: Provider) -> None:
    boss = {ENTERPRISE_URN: {"manager": {"value": "bulkId:boss"}}}
    add = {"schemas": [PATCH_URN], "Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:ada"}]}]}

    results = bulk(
        provider,
        group("Staff", "bulkId:bob"),
        user("bob", **boss),
        user("boss"),
        user("ada"),
        {"method": "PATCH", "path": "/Groups/bulkId:Staff", "data": add},
    )

    assert statuses(results) == ["201"] * 4 + ["200"]
    staff, bob, chief, ada, _ = map(id_in, results)
    members = provider.get(f"/Groups/{staff}").get_json()["members"]
    assert sorted(member["value"] for member in members) == sorted([bob, ada])
    assert provider.get(f"/Users/{bob}").get_json()[ENTERPRISE_URN]["manager"]["value"] == chief
    assert results[4]["location"].endswith(f"/Groups/{staff}")


def test_a_member_is_taken_out_by_a_filter_that_names_who_was_created(provider: Provider) -> None:
    path = 'members[value eq "bulkId:ada"]'
    remove = {"schemas": [PATCH_URN], "Operations": [{"op": "remove", "path": path}]}

    results = bulk(
        provider,
        user("ada"),
        group("Staff", "bulkId:ada"),
        {"method": "PATCH", "path": "/Groups/bulkId:Staff", "data": remove},
    )

    assert statuses(results) == ["201", "201", "200"]
    assert "members" not in provider.found("/Groups")[0]


def test_operations_stay_in_order_but_for_those_that_wait(provider: Provider) -> None:
    staff = provider.new_group("Staff")
    add = {"schemas": [PATCH_URN], "Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:ada"}]}]}
    address = f"/Groups/{staff['id']}"

    results = bulk(
        provider,
        user("ada"),
        {"method": "PATCH", "path": address, "data": add},
        {"method": "DELETE", "path": address},
    )

    assert statuses(results) == ["201", "200", "204"]


def test_users_who_are_each_others_managers_are_created(provider: Provider) -> None:
    def led_by(name: str) -> dict[str, Any]:
        return {ENTERPRISE_URN: {"department": "Notes", "manager": {"value": f"bulkId:{name}"}}}

    results = bulk(provider, user("ada", **led_by("bob")), user("bob", **led_by("ada")), user("eve", **led_by("eve")))

    assert statuses(results) == ["201"] * 3
    ada, bob, eve = map(id_in, results)
    managers = [
        provider.get(f"/Users/{each}").get_json()[ENTERPRISE_URN]["manager"]["value"] for each in (ada, bob, eve)
    ]
    assert managers == [bob, ada, eve]


def test_groups_that_would_be_in_each_other_are_a_conflict_and_not_both_created(provider: Provider) -> None:
    results = bulk(provider, group("One", "bulkId:Two"), group("Two", "bulkId:One"))

    assert statuses(results) == ["409", "201"]
    assert results[0]["response"]["status"] == "409"
    assert "location" not in results[0]
    assert [each["displayName"] for each in provider.found("/Groups")] == ["Two"]


def test_what_refers_to_something_that_was_not_created_fails_too(provider: Provider) -> None:
    provider.new("ada")

    results = bulk(provider, user("ada"), group("Staff", "bulkId:ada"), group("Other", "bulkId:nobody"), user("bob"))

    assert statuses(results) == ["409", "409", "400", "201"]
    assert "bulkId:ada" in results[1]["response"]["detail"]
    assert provider.found("/Groups") == []


def test_a_version_that_moved_on_is_refused(provider: Provider) -> None:
    bob = provider.new("bob")
    delete = {"method": "DELETE", "path": f"/Users/{bob['id']}"}

    assert statuses(bulk(provider, delete | {"version": 'W/"9"'})) == ["412"]
    assert statuses(bulk(provider, delete | {"version": bob["meta"]["version"]})) == ["204"]


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"method": "GET", "path": "/Users"},
        {"method": "POST", "path": "/Users/1", "data": {}},
        {"method": "PUT", "path": "/Users", "data": {}},
        {"method": "POST", "path": "/Me", "data": {}},
        {"method": "POST", "path": 7, "data": {}},
        {"method": "POST", "path": "/Users", "bulkId": "x"},
        {"method": ["POST"], "path": "/Users", "bulkId": {}, "version": 1, "data": []},
    ],
)
def test_an_operation_that_can_not_be_read_fails_by_itself(provider: Provider, operation: dict[str, Any]) -> None:
    [result, good] = bulk(provider, operation, user("ada"))

    assert (result["status"], good["status"]) == ("400", "201")
    assert result["response"]["scimType"] == "invalidSyntax"


def test_a_name_that_comes_twice_is_refused(provider: Provider) -> None:
    results = bulk(provider, user("ada"), user("bob") | {"bulkId": "ada"})

    assert statuses(results) == ["201", "400"]


@pytest.mark.parametrize(
    ("body", "scim_type"),
    [
        ({}, "invalidSyntax"),
        ({"Operations": {}}, "invalidSyntax"),
        ({"Operations": [1]}, "invalidSyntax"),
        ({"Operations": [], "schemas": ["urn:x"]}, "invalidSyntax"),
        ({"Operations": [], "failOnErrors": "2"}, "invalidValue"),
        ({"Operations": [], "failOnErrors": -1}, "invalidValue"),
    ],
)
def test_a_request_that_can_not_be_read_is_refused_as_a_whole(
    provider: Provider, body: dict[str, Any], scim_type: str
) -> None:
    demand_error(provider.post("/Bulk", json=body), 400, scim_type)


def test_more_operations_than_there_may_be_are_too_large(provider: Provider) -> None:
    operation = {"method": "DELETE", "path": "/Users/x"}

    assert len(bulk(provider, *[operation] * 1000)) == 1000
    body = {"schemas": [BULK_REQUEST_URN], "Operations": [operation] * 1001}
    assert "1000" in demand_error(provider.post("/Bulk", json=body), 413)
