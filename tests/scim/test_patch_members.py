"""PATCH on the members of a group, without any tolerance."""

import pytest

from roster.errors import AppException
from roster.scim import patch
from roster.scim.attributes import GROUP
from roster.scim.grammar import Comparison
from tests.scim.patching import members, operation, request


def test_members_are_added_removed_and_replaced_in_order() -> None:
    changes = members(
        operation("add", "members", [{"value": "1"}, {"value": "2", "type": "User"}, {"value": "1"}]),
        operation("remove", 'members[value eq "3"]'),
        operation("remove", 'members[value eq "4" or value eq "5"]'),
        operation("replace", "members", [{"value": "6"}]),
        operation("remove", "members"),
        operation("replace", None, {"members": [], "displayName": "Engines"}),
        operation("add", "members", []),
        strict=True,
    )

    steps = [("add", "1", "2"), ("remove", "3"), ("remove", "4", "5"), ("replace", "6"), ("clear",), ("clear",)]
    assert [(change.kind, *change.members) for change in changes] == steps
    assert not any(change.filter for change in changes)


def test_members_that_a_filter_does_not_name_are_left_to_it() -> None:
    (change,) = members(operation("remove", 'members[type eq "Group"]'))

    assert (change.kind, change.members) == ("remove", ())
    assert isinstance(change.filter, Comparison)


def test_a_member_that_a_filter_finds_may_be_put_in_anothers_place() -> None:
    changes = members(operation("replace", 'members[value eq "1"]', {"value": "2"}))

    assert [(change.kind, change.members) for change in changes] == [("remove", ("1",)), ("add", ("2",))]


@pytest.mark.parametrize("path", ['members[value eq "1"].value', "members.value"])
def test_a_member_itself_cannot_be_changed(path: str) -> None:
    with pytest.raises(AppException) as refusal:
        members(operation("replace", path, "2"), strict=True)

    assert refusal.value.error.code == "mutability"


def test_operations_that_are_not_on_members_are_for_the_group() -> None:
    body = request(operation("replace", "displayName", "Engines"), operation("add", "members", [{"value": "1"}]))

    others, changes = patch.member_changes(patch.operations(body, GROUP, strict=True))

    group = patch.apply(GROUP, {"id": "g", "displayName": "Looms"}, others)
    assert group == {"schemas": [GROUP.schema.id], "id": "g", "displayName": "Engines"}
    assert [change.members for change in changes] == [("1",)]


def test_a_member_without_a_value_is_refused() -> None:
    for strict in (True, False):
        for member in ({"type": "User"}, {}, {"value": ""}, {"value": None}):
            with pytest.raises(AppException, match="must have a value"):
                members(operation("add", "members", [member]), strict=strict)
