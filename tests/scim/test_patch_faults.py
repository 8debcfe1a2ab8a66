"""What a PATCH request may not ask for, and which fault it is (RFC 7644 §3.5.2, §3.12)."""

import copy
from typing import Any

import pytest

from roster.errors import AppException
from roster.scim import patch
from roster.scim.attributes import ENTERPRISE_URN, PATCH_URN, USER
from tests.scim.patching import ADA, code, members, operation, patched, request

WORK = ADA["emails"][0]


def test_a_remove_without_a_path_has_no_target() -> None:
    assert code(operation("remove")) == "no_target"


def test_two_primary_values_at_once_are_refused() -> None:
    both = [{"value": "a", "primary": True}, {"value": "b", "primary": True}]

    assert code(operation("replace", "emails", both)) == "invalid_value"


@pytest.mark.parametrize(
    "path", ["color", "name.color", "emails.color", "urn:example:color", f"{ENTERPRISE_URN}:color", "a b", "emails["]
)
def test_a_path_to_what_is_in_no_schema_is_no_path(path: str) -> None:
    assert code(operation("replace", path, "blue")) in {"invalid_path", "invalid_filter"}


@pytest.mark.parametrize("path", ['title[value eq "x"]', 'name[givenName eq "Ada"].familyName'])
def test_only_several_values_can_be_filtered(path: str) -> None:
    assert code(operation("replace", path, "x")) == "invalid_path"


def test_a_filter_on_what_the_values_do_not_have_is_no_filter() -> None:
    assert code(operation("replace", 'emails[color eq "x"].value', "x")) == "invalid_filter"
    assert code(operation("replace", 'emails[primary gt "x"].value', "x")) == "invalid_filter"


@pytest.mark.parametrize("path", ["id", "meta", "meta.created", "groups", f"{ENTERPRISE_URN}:manager.displayName"])
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_what_only_the_server_writes_cannot_be_changed(op: str, path: str) -> None:
    assert code(operation(op, path, *(() if op == "remove" else ("x",)))) == "mutability"


def test_the_id_may_be_repeated() -> None:
    assert patched(operation("replace", "id", ADA["id"]))["id"] == ADA["id"]
    assert code(operation("replace", None, {"id": "another"})) == "mutability"


def test_what_is_required_cannot_be_removed_or_emptied() -> None:
    assert code(operation("remove", "userName")) == "mutability"
    assert code(operation("replace", "userName", "")) == "invalid_value"
    assert code(operation("replace", "userName", "\u200b")) == "invalid_value"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(("active", "True"), ("active", 1), ("title", 5), ("title", ["x"]), ("name", "Ada"), ("name", {"color": "x"})),
        *(("emails", "a@b"), ("emails", [{"value": 5}]), ("emails", [{"type": "work"}]), ("emails", [None])),
        *((f"{ENTERPRISE_URN}:manager", "m-1"), (ENTERPRISE_URN, "x"), (ENTERPRISE_URN, {"color": "x"})),
        *((None, "x"), (None, ["x"]), (None, {"color": "x"}), (None, {"name.givenName": "x"})),
        *(('emails[type eq "work"]', "x"), ('emails[type eq "work"].primary', "x"), ("title", "a\0b")),
        *(("emails", [{"value": f"{number}"} for number in range(101)]), ("title", "x" * 256)),
    ],
)
def test_a_value_of_another_type_is_refused(path: str | None, value: Any) -> None:
    assert code(operation("replace", path, value)) == "invalid_value"


@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_value_is_needed_but_to_remove(op: str) -> None:
    assert code(operation(op, "title")) == "invalid_value"
    assert code(operation(op)) == "invalid_value"
    assert code(operation("remove", "emails", [WORK])) == "invalid_value"


@pytest.mark.parametrize(
    "body",
    [
        *(None, [], "x", {}, {"schemas": [PATCH_URN]}, {"schemas": [PATCH_URN], "Operations": []}),
        *({"schemas": [PATCH_URN], "Operations": {}}, {"Operations": [operation("remove", "title")]}),
        *({"schemas": "x", "Operations": [operation("remove", "title")]}, request("x"), request({"path": "title"})),
        *(request(operation("Add", "title", "x")), request(operation("move", "title", "x")), request({"op": ["add"]})),
    ],
)
def test_what_is_no_patch_request_is_refused(body: Any) -> None:
    with pytest.raises(AppException) as refusal:
        patch.operations(body, USER, strict=True)

    assert refusal.value.error.code == "invalid_syntax"


def test_a_path_is_text() -> None:
    assert code({"op": "replace", "path": 5, "value": "x"}) == "invalid_path"


def test_a_request_has_so_many_operations_but_for_members() -> None:
    one = operation("replace", "title", "x")
    member = operation("remove", 'members[value eq "1"]')

    assert code(*[one] * 1000) == "done"
    assert code(*[one] * 1001) == "invalid_syntax"
    assert len(members(*[member] * 1001)) == 1001


def test_all_operations_are_done_or_none() -> None:
    before = copy.deepcopy(ADA)

    failed = code(operation("replace", "title", "x"), operation("remove", 'emails[type eq "other"]'))

    assert failed == "no_target"
    assert before == ADA


def test_a_fault_says_where_and_why() -> None:
    with pytest.raises(AppException) as refusal:
        patched(operation("add", "emails", [{"value": "a@b.example", "primary": "x"}]))

    assert refusal.value.message == "emails[0].primary must be true or false."
    assert refusal.value.fields == {"emails[0].primary": ["Must be true or false."]}
