"""Schemas, as RFC 7643 has them."""

import pytest

from roster.scim.attributes import ENTERPRISE_SCHEMA, ENTERPRISE_URN, GROUP, GROUP_URN, RESOURCE_TYPES, USER, USER_URN
from roster.scim.schemas.definitions import Attribute

TYPES = {"string", "boolean", "decimal", "integer", "dateTime", "reference", "complex", "binary"}
ALL = [
    attribute
    for resource_type in RESOURCE_TYPES
    for schema in (resource_type.schema, *resource_type.extensions)
    for attribute in (*schema.attributes, *resource_type.common)
]
EVERY = [*ALL, *(part for each in ALL for part in each.sub_attributes)]


def test_users_and_groups_have_the_attributes_of_the_rfc() -> None:
    of_users = (
        "userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active "
        "password emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates"
    )

    assert [each.name for each in USER.schema.attributes] == of_users.split()
    assert [each.name for each in GROUP.schema.attributes] == ["displayName", "members"]
    assert [each.name for each in ENTERPRISE_SCHEMA.attributes] == [
        *("employeeNumber", "costCenter", "organization", "division", "department", "manager")
    ]


@pytest.mark.parametrize("attribute", EVERY, ids=lambda attribute: attribute.name)
def test_every_characteristic_is_one_that_there_is(attribute: Attribute) -> None:
    assert attribute.type in TYPES
    assert attribute.mutability in {"readOnly", "readWrite", "immutable", "writeOnly"}
    assert attribute.returned in {"always", "never", "default", "request"}
    assert attribute.uniqueness in {"none", "server", "global"}
    assert bool(attribute.sub_attributes) is (attribute.type == "complex")
    assert bool(attribute.reference_types) is (attribute.type == "reference")
    assert attribute.description


def test_what_matters_most_is_as_it_should_be() -> None:
    def characteristics(name: str) -> tuple[object, ...]:
        found = USER.find(name)
        assert found is not None
        return (found.required, found.case_exact, found.mutability, found.returned, found.uniqueness)

    shown = {name: characteristics(name) for name in ("userName", "password", "id", "externalId", "groups")}

    assert shown == {
        "userName": (True, False, "readWrite", "default", "server"),
        "password": (False, False, "writeOnly", "never", "none"),
        "id": (False, True, "readOnly", "always", "server"),
        "externalId": (False, True, "readWrite", "default", "none"),
        "groups": (False, False, "readOnly", "default", "none"),
    }


@pytest.mark.parametrize(
    ("name", "schema", "expected"),
    [
        ("USERNAME", None, "userName"),
        ("username", USER_URN.upper(), "userName"),
        ("externalid", None, "externalId"),
        ("ID", USER_URN, "id"),
        ("Department", ENTERPRISE_URN.upper(), "department"),
        ("department", None, None),
        ("department", USER_URN, None),
        ("userName", ENTERPRISE_URN, None),
        ("userName", GROUP_URN, None),
        ("colour", None, None),
    ],
)
def test_an_attribute_is_found_in_any_case_and_only_under_its_own_schema(
    name: str, schema: str | None, expected: str | None
) -> None:
    found = USER.find(name, schema)

    assert (found and found.name) == expected


def test_an_extensions_attribute_is_located_without_its_urn_after_the_core_ones() -> None:
    schema, attribute = USER.locate("DEPARTMENT") or (None, None)

    assert schema is ENTERPRISE_SCHEMA
    assert attribute is ENTERPRISE_SCHEMA.attribute("department")
    assert USER.locate("displayName") == (USER.schema, USER.schema.attribute("displayName"))
    assert USER.locate("department", USER_URN) is None
    assert GROUP.locate("department") is None


def test_a_sub_attribute_is_found_in_any_case() -> None:
    emails = USER.find("emails")

    assert emails is not None
    assert emails.sub("VALUE") is emails.sub_attributes[0]
    assert emails.sub("colour") is None
