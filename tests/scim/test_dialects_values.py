"""Dialects: values in another shape, and nothing as a value."""

from typing import Any

import pytest

from roster.errors import AppException
from roster.scim import document
from roster.scim.attributes import ENTERPRISE_URN, USER, ResourceType
from roster.scim.dialects import normalise_patch
from tests.scim.patching import ADA, code, operation, request, tolerated

WORK = ADA["emails"][0]
BEN: dict[str, Any] = {"userName": "ben"}


def read(body: dict[str, Any], resource_type: ResourceType = USER) -> dict[str, Any]:
    return document.read(resource_type, body, strict=False)


def refused(body: dict[str, Any], resource_type: ResourceType = USER) -> str:
    with pytest.raises(AppException) as refusal:
        document.read(resource_type, {"schemas": [resource_type.schema.id], **body}, strict=True)
    return refusal.value.error.code


def test_remove_with_a_list_removes_just_those_values() -> None:
    after = tolerated(operation("Remove", "emails", [{"value": "ada@home.example"}, {"value": "nobody@x"}]))

    assert after["emails"] == [WORK]


def test_remove_with_a_value_beside_a_single_attribute_removes_it() -> None:
    assert "title" not in tolerated(operation("remove", "title", "Countess"))


@pytest.mark.parametrize("path", ["manager", f"{ENTERPRISE_URN}:manager", f"{ENTERPRISE_URN}:manager.value"])
@pytest.mark.parametrize("value", ["m-2", [{"value": "m-2"}], {"value": "m-2"}, [{"$ref": "../Users/m-2"}]])
def test_a_manager_may_be_a_text_a_list_or_an_address(path: str, value: Any) -> None:
    if path.endswith("value"):
        value = "m-2"

    assert tolerated(operation("Replace", path, value))[ENTERPRISE_URN]["manager"]["value"] == "m-2"
    assert read(BEN | {ENTERPRISE_URN: {"manager": value}})[ENTERPRISE_URN]["manager"]["value"] == "m-2"


@pytest.mark.parametrize("path", [f"{ENTERPRISE_URN}:manager", f"{ENTERPRISE_URN}:manager.value"])
@pytest.mark.parametrize("nothing", ["", None, [], {}, [{"value": ""}], {"value": None, "displayName": ""}])
def test_nothing_as_manager_removes_them(path: str, nothing: Any) -> None:
    value = "" if path.endswith("value") else nothing

    assert tolerated(operation("Replace", path, value))[ENTERPRISE_URN] == {"department": "Engines"}


@pytest.mark.parametrize("nothing", ["", None])
def test_nothing_clears(nothing: str | None) -> None:
    after = tolerated(
        operation("Replace", "title", nothing),
        operation("Replace", None, {"name.givenName": nothing, f"{ENTERPRISE_URN}:department": nothing}),
        operation("Replace", 'emails[type eq "home"].value', nothing),
        operation("Add", "roles", nothing),
    )

    assert "title" not in after
    assert after["name"] == {"familyName": "Lovelace"}
    assert after[ENTERPRISE_URN] == {"manager": {"value": "m-1"}}
    assert after["emails"] == [WORK]


@pytest.mark.parametrize("value", [[{"value": "False"}], [False], {"value": "false"}])
def test_a_single_value_may_come_in_a_list_or_an_object(value: Any) -> None:
    assert tolerated(operation("Replace", "active", value))["active"] is False


def test_several_values_may_come_as_one() -> None:
    assert tolerated(operation("Replace", "emails", {"value": "a@b"}))["emails"] == [{"value": "a@b"}]
    assert read(BEN | {"emails": "a@b"})["emails"] == [{"value": "a@b"}]


def test_values_may_come_as_texts() -> None:
    body = {"emails": ["a@b"], "phoneNumbers": ["1", "", {"value": "2"}], "roles": ["admin"]}

    found = read(BEN | body)

    assert found["emails"] == [{"value": "a@b"}]
    assert found["phoneNumbers"] == [{"value": "1"}, {"value": "2"}]
    assert found["roles"] == [{"value": "admin"}]
    assert tolerated(operation("add", "roles", ["admin"]))["roles"] == [{"value": "admin"}]
    assert refused(BEN | {"emails": ["a@b"]}) == "invalid_value"


def test_what_only_the_server_writes_is_passed_over_beside_what_changes() -> None:
    value = {"id": "another", "meta": {"version": "x"}, "groups": [], "title": "Analyst", "unheard": "of"}

    after = tolerated(operation("replace", None, value))

    assert (after["title"], after["id"]) == ("Analyst", ADA["id"])
    assert code(operation("replace", None, {"id": "another"}), strict=False) == "done"


def test_the_name_of_the_manager_is_passed_over() -> None:
    assert code(operation("Replace", f"{ENTERPRISE_URN}:manager.displayName", "Byron"), strict=False) == "done"


def test_a_path_of_its_own_to_what_only_the_server_writes_is_refused() -> None:
    assert code(operation("Replace", "id", "another"), strict=False) == "mutability"
    assert code(operation("Replace", "id", ADA["id"]), strict=False) == "done"


@pytest.mark.parametrize("op", ["Add", "Replace", "Remove"])
@pytest.mark.parametrize("path", ["meta.version", "groups.value", 'groups[value eq "x"].display'])
def test_a_path_to_a_part_of_what_only_the_server_writes_is_refused(op: str, path: str) -> None:
    assert code(operation(op, path, "x"), strict=False) == "mutability"


def test_what_is_no_patch_stays_as_it_is() -> None:
    for body in (None, [], "x"):
        assert normalise_patch(body, USER) == body
    assert normalise_patch({"Operations": "x"}, USER)["Operations"] == "x"
    odd = request("x", {"op": 5, "path": 6, "value": 7}, {"op": "replace", "value": "x"})["Operations"]
    assert normalise_patch(request(*odd), USER)["Operations"] == odd
