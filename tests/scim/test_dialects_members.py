"""Dialects: members of a group."""

from typing import Any

import pytest

from roster.errors import AppException
from roster.scim import document
from roster.scim.attributes import GROUP, GROUP_URN, USER, ResourceType
from roster.scim.dialects import normalise_patch
from tests.scim.patching import members, operation, request


def read(body: dict[str, Any], resource_type: ResourceType = USER) -> dict[str, Any]:
    return document.read(resource_type, body, strict=False)


def kinds(*operations: Any) -> list[tuple[str, ...]]:
    return [(change.kind, *change.members) for change in members(*operations)]


@pytest.mark.parametrize("value", [[{"value": "1"}], {"value": "1"}, "1", ["1"], [{"$ref": "https://x/Groups/1/"}]])
def test_remove_of_members_with_values_removes_just_those(value: Any) -> None:
    assert kinds(operation("Remove", "members", value)) == [("remove", "1")]


@pytest.mark.parametrize("given", [(), (None,), ("",)])
def test_remove_of_members_without_values_removes_all(given: tuple[Any, ...]) -> None:
    assert kinds(operation("Remove", "members", *given)) == [("clear",)]


def test_remove_of_an_empty_list_of_members_removes_nobody() -> None:
    assert kinds(operation("Remove", "members", [])) == []


def test_members_may_come_without_a_path() -> None:
    assert kinds(operation("Add", None, {"members": [{"value": "1"}]})) == [("add", "1")]
    assert kinds(operation("replace", None, {"Members": [{"value": "1"}], "displayName": "x"})) == [("replace", "1")]
    assert kinds(operation("add", None, {f"{GROUP_URN}:members": "1"})) == [("add", "1")]


def test_members_may_be_added_by_a_filter() -> None:
    assert kinds(operation("Add", 'members[value eq "1"]', "")) == [("add", "1")]


@pytest.mark.parametrize("reference", [None, "https://roster.example/scim/v2/Users/1"])
def test_members_may_have_any_address(reference: str | None) -> None:
    assert kinds(operation("Add", "members", [{"$ref": reference, "value": "1"}])) == [("add", "1")]


def test_a_group_is_renamed_with_its_id_beside_the_name() -> None:
    (renamed,) = normalise_patch(request(operation("replace", None, {"id": "g", "displayName": "x"})), GROUP)[
        "Operations"
    ]

    assert renamed == {"op": "replace", "path": "displayName", "value": "x"}


def test_members_in_a_body_may_be_texts_and_addresses_and_come_twice() -> None:
    found = read({"displayName": "x", "members": ["1", {"$ref": "../Users/2"}, {"value": "1", "type": "User"}]}, GROUP)

    assert [member["value"] for member in found["members"]] == ["1", "2"]
    with pytest.raises(AppException, match="must have a value"):
        read({"displayName": "x", "members": [{"type": "User"}]}, GROUP)
