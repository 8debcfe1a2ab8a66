"""Groups over SCIM: members are added and taken out, and only read where they are asked for."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from roster.scim.attributes import GROUP_URN
from tests.provider import GROUPS, Provider, demand_error


@pytest.fixture
def provider(app: Flask) -> Provider:
    return Provider(app)


@pytest.fixture
def people(provider: Provider) -> list[str]:
    return [provider.new(f"user{number}")["id"] for number in range(3)]


def ids(group: dict[str, Any]) -> list[str]:
    return [member["value"] for member in group.get("members", [])]


def test_a_group_is_created_with_its_members_and_read_again(provider: Provider, people: list[str]) -> None:
    inner = provider.new_group("Inner")
    response = provider.post(
        "/Groups",
        json={
            "schemas": [GROUP_URN],
            "displayName": "Staff",
            "externalId": "g-1",
            "members": [{"value": people[0], "display": "ignored"}, {"value": inner["id"], "type": "Group"}],
        },
    )

    group = response.get_json()
    assert response.status_code == 201
    assert response.headers["ETag"] == group["meta"]["version"]
    assert response.headers["Location"] == f"http://localhost{GROUPS}/{group['id']}" == group["meta"]["location"]
    assert (group["schemas"], group["displayName"], group["externalId"]) == ([GROUP_URN], "Staff", "g-1")
    assert group["meta"]["resourceType"] == "Group"
    by_type = {member["type"]: member for member in group["members"]}
    assert by_type["User"]["value"] == people[0]
    assert by_type["User"]["$ref"] == f"http://localhost/scim/v2/Users/{people[0]}"
    assert by_type["Group"] == {
        "value": inner["id"],
        "display": "Inner",
        "type": "Group",
        "$ref": inner["meta"]["location"],
    }
    assert provider.get(f"/Groups/{group['id']}").get_json() == group


def test_members_come_and_go_one_by_one_and_the_version_tells(provider: Provider, people: list[str]) -> None:
    group = provider.new_group("Staff", people[0])
    address, versions = f"/Groups/{group['id']}", [group["meta"]["version"]]

    for operation, expected in (
        ({"op": "add", "path": "members", "value": [{"value": people[1]}, {"value": people[2]}]}, people),
        ({"op": "remove", "path": f'members[value eq "{people[0]}"]'}, people[1:]),
        ({"op": "replace", "path": "members", "value": [{"value": people[0]}]}, people[:1]),
        ({"op": "remove", "path": "members"}, []),
    ):
        response = provider.patch(address, operation)
        assert response.status_code == 200, response.text
        assert sorted(ids(response.get_json())) == sorted(expected)
        versions.append(response.headers["ETag"])

    assert len(set(versions)) == len(versions)


def test_a_group_without_members_shows_none(provider: Provider) -> None:
    group = provider.new_group("Staff")

    assert "members" not in group
    assert provider.found("/Groups") == [group]


def test_put_replaces_name_and_members(provider: Provider, people: list[str]) -> None:
    group = provider.new_group("Staff", *people[:2])

    body = {"schemas": [GROUP_URN], "displayName": "All", "members": [{"value": people[2]}]}
    replaced = provider.put(f"/Groups/{group['id']}", json=body).get_json()

    assert (replaced["displayName"], ids(replaced)) == ("All", [people[2]])


def test_the_name_of_another_group_is_a_conflict_whatever_its_case(provider: Provider) -> None:
    provider.new_group("Staff")
    other = provider.new_group("Other")

    demand_error(provider.post("/Groups", json={"schemas": [GROUP_URN], "displayName": "STAFF"}), 409, "uniqueness")
    response = provider.patch(f"/Groups/{other['id']}", {"op": "replace", "path": "displayName", "value": "staff"})
    demand_error(response, 409, "uniqueness")


def test_a_group_is_never_inside_itself(provider: Provider) -> None:
    outer = provider.new_group("Outer")
    inner = provider.new_group("Inner", outer["id"])

    response = provider.patch(
        f"/Groups/{outer['id']}", {"op": "add", "path": "members", "value": [{"value": inner["id"]}]}
    )

    demand_error(response, 400, "invalidValue")


def test_somebody_who_is_not_there_can_not_be_put_into_a_group(provider: Provider) -> None:
    nobody = {"value": str(uuid4())}

    response = provider.post("/Groups", json={"schemas": [GROUP_URN], "displayName": "Staff", "members": [nobody]})

    assert nobody["value"] in demand_error(response, 400, "invalidValue")
    assert provider.found("/Groups") == []


@pytest.mark.parametrize("query", [{"excludedAttributes": "members"}, {"attributes": "displayName"}])
def test_members_that_are_not_asked_for_are_in_no_answer(
    provider: Provider, people: list[str], query: dict[str, str]
) -> None:
    group = provider.new_group("Staff", *people)
    address = f"/Groups/{group['id']}"
    body = {"schemas": [GROUP_URN], "displayName": "Staff", "members": [{"value": people[0]}]}

    answers = [
        provider.get(address, query_string=query),
        provider.put(address, json=body, query_string=query),
        provider.patch(address, {"op": "add", "path": "members", "value": [{"value": people[1]}]}, query_string=query),
        provider.get("/Groups", query_string=query),
    ]

    assert all(answer.status_code == 200 and "members" not in answer.text for answer in answers)
    assert sorted(ids(provider.get(address).get_json())) == sorted(people[:2])


def test_members_alone_can_be_asked_for(provider: Provider, people: list[str]) -> None:
    group = provider.new_group("Staff", people[0])

    shown = provider.get(f"/Groups/{group['id']}", query_string={"attributes": "members.value"}).get_json()

    assert shown == {"schemas": [GROUP_URN], "id": group["id"], "members": [{"value": people[0]}]}


def test_if_match_heeds_changes_of_members_too(provider: Provider, people: list[str]) -> None:
    group = provider.new_group("Staff")
    address, known = f"/Groups/{group['id']}", {"If-Match": group["meta"]["version"]}
    add = {"op": "add", "path": "members", "value": [{"value": people[0]}]}

    assert provider.patch(address, add, headers=known).status_code == 200

    demand_error(provider.patch(address, add, headers=known), 412)
    demand_error(provider.delete(address, headers=known), 412)
    assert provider.delete(address).status_code == 204
    demand_error(provider.get(address), 404)


def test_a_known_group_is_spared_its_body_until_somebody_joins(provider: Provider, people: list[str]) -> None:
    group = provider.new_group("Staff", people[0])
    address, known = f"/Groups/{group['id']}", {"If-None-Match": group["meta"]["version"]}

    assert provider.get(address, headers=known).status_code == 304

    provider.patch(address, {"op": "add", "path": "members", "value": [{"value": people[1]}]})
    assert provider.get(address, headers=known).status_code == 200
