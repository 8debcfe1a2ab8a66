"""Dialects: bodies of POST and PUT."""

import copy
from typing import Any

import pytest

from roster.errors import AppException
from roster.scim import document
from roster.scim.attributes import ENTERPRISE_URN, GROUP, GROUP_URN, USER, USER_URN, ResourceType
from roster.scim.dialects import normalise_resource
from tests.scim.patching import ADA, operation, patched, tolerated

BEN: dict[str, Any] = {"userName": "ben"}


def read(body: dict[str, Any], resource_type: ResourceType = USER) -> dict[str, Any]:
    return document.read(resource_type, body, strict=False)


def refused(body: dict[str, Any], resource_type: ResourceType = USER) -> str:
    with pytest.raises(AppException) as refusal:
        document.read(resource_type, {"schemas": [resource_type.schema.id], **body}, strict=True)
    return refusal.value.error.code


def test_schemas_may_be_missing_or_unknown() -> None:
    group = {"displayName": "x"}

    for schemas in ({}, {"schemas": ["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/Group"]}):
        assert read(group | schemas, GROUP) == group
    assert refused({"schemas": ["urn:x"], **group}, GROUP) == "invalid_syntax"


def test_what_no_schema_has_is_passed_over() -> None:
    assert read(BEN | {"color": "blue", "urn:example:custom:2.0:User": {"a": 1}, "name": {"color": "x"}}) == BEN
    assert refused(BEN | {"color": "blue"}) == "invalid_value"


def test_names_in_a_body_may_be_dotted_or_below_a_urn() -> None:
    body = {
        "name.familyName": "Lovelace",
        "name": {"givenName": "Ada"},
        f"{ENTERPRISE_URN}:department": "Engines",
        f"{ENTERPRISE_URN}:manager.value": "m-1",
        ENTERPRISE_URN.upper(): {"costCenter": "4"},
        USER_URN: {"title": "Countess"},
        'emails[type eq "work"].value': "passed over",
        "emails.value": "passed over",
    }

    found = read(BEN | body)

    assert found == BEN | {
        "name": {"familyName": "Lovelace", "givenName": "Ada"},
        "title": "Countess",
        ENTERPRISE_URN: {"department": "Engines", "manager": {"value": "m-1"}, "costCenter": "4"},
    }


def test_a_user_who_was_read_can_be_put_back() -> None:
    shown = ADA | {
        "schemas": [USER_URN, ENTERPRISE_URN],
        "meta": {"resourceType": "User", "version": 'W/"1"'},
        "groups": [{"value": "g", "$ref": "…/Groups/g", "display": "Engines", "type": "direct"}],
        ENTERPRISE_URN: {"department": "Engines", "manager": {"value": "m-1", "displayName": "Byron"}},
    }

    assert read(shown) == {name: value for name, value in ADA.items() if name != "id"}
    assert document.read(USER, shown, strict=True) == read(shown)


def test_a_group_that_was_read_can_be_put_back() -> None:
    member = {"value": "1", "$ref": "…/Users/1", "display": "Ada", "type": "User"}
    shown = {"schemas": [GROUP_URN], "id": "g", "displayName": "Engines", "members": [member], "meta": {}}

    found = read(shown, GROUP)

    assert found["members"] == [{"value": "1", "$ref": "…/Users/1", "type": "User"}]
    assert document.read(GROUP, shown, strict=True) == found


def test_labels_without_a_value_say_that_there_is_none() -> None:
    body = {"emails": [{"type": "work", "value": ""}], "addresses": [{"type": "work", "locality": None}]}

    assert read(BEN | body) == BEN
    assert refused(BEN | body) == "invalid_value"


def test_what_is_normalised_stays_as_it_is() -> None:
    body = {"Name": {"givenname": "Ada"}, "emails": ["a@b"], "active": "True", ENTERPRISE_URN: {"manager": "m-1"}}
    before = copy.deepcopy(body)

    once = normalise_resource(body, USER)

    assert body == before
    assert normalise_resource(once, USER) == once


def test_a_tolerant_front_takes_what_is_right() -> None:
    right = [
        operation("add", "emails", [{"value": "x@y.example"}]),
        operation("replace", 'emails[type eq "home"]', {"value": "z@y.example", "type": "home"}),
        operation("remove", "name.givenName"),
        operation("replace", ENTERPRISE_URN, {"department": "Looms"}),
    ]

    assert tolerated(*right) == patched(*right)
