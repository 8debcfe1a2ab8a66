"""Bodies of POST and PUT against the schema."""

from typing import Any

import pytest

from roster.errors import AppException
from roster.scim.attributes import ENTERPRISE_URN, GROUP, GROUP_URN, USER, USER_URN, Attribute
from roster.scim.document import read, schemas_of
from roster.scim.values import checked

ADA = {"schemas": [USER_URN], "userName": "ada"}


def strictly(**values: Any) -> dict[str, Any]:
    return read(USER, {**ADA, **values}, strict=True)


def refusal(body: Any, *, strict: bool = True) -> AppException:
    with pytest.raises(AppException) as caught:
        read(USER, body, strict=strict)
    return caught.value


def test_names_come_out_in_the_case_of_the_standard() -> None:
    body = {
        "SCHEMAS": [USER_URN],
        "USERNAME": "ada",
        "Name": {"GIVENNAME": "Ada"},
        "Emails": [{"VALUE": "a@b", "TYPE": "work"}],
        ENTERPRISE_URN.upper(): {"COSTCENTER": "4"},
    }

    assert read(USER, body, strict=True) == {
        "userName": "ada",
        "name": {"givenName": "Ada"},
        "emails": [{"value": "a@b", "type": "work"}],
        ENTERPRISE_URN: {"costCenter": "4"},
    }


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_means_unassigned(nothing: Any) -> None:
    assert strictly(title=nothing, name={"givenName": nothing}, **{ENTERPRISE_URN: {"division": nothing}}) == {
        "userName": "ada"
    }
    assert strictly(emails=[], roles=None, name={}, **{ENTERPRISE_URN: {}}) == {"userName": "ada"}
    assert strictly(**{ENTERPRISE_URN: None}) == {"userName": "ada"}


def test_what_only_the_server_writes_and_the_password_are_left_out() -> None:
    assert strictly(id="x", meta={"a": 1}, groups=5, password="secret") == {"userName": "ada"}
    assert refusal({**ADA, "password": 5}).error.code == "invalid_value"


@pytest.mark.parametrize("schemas", [{}, {"schemas": "x"}, {"schemas": [5]}, {"schemas": [ENTERPRISE_URN]}])
def test_strictly_the_schema_is_named(schemas: Any) -> None:
    assert refusal({"userName": "ada", **schemas}).error.code == "invalid_syntax"


@pytest.mark.parametrize("body", [None, [], "x", 5])
@pytest.mark.parametrize("strict", [True, False])
def test_a_body_is_an_object(body: Any, strict: bool) -> None:
    assert refusal(body, strict=strict).error.code == "invalid_syntax"


@pytest.mark.parametrize("user_name", [{}, {"userName": None}, {"userName": " "}, {"userName": "\u200b"}])
@pytest.mark.parametrize("strict", [True, False])
def test_a_user_needs_a_user_name(user_name: dict[str, Any], strict: bool) -> None:
    fault = refusal({"schemas": [USER_URN], "title": "x", **user_name}, strict=strict)

    assert (fault.error.code, fault.fields) == ("invalid_value", {"userName": ["Required."]})


def test_a_group_needs_a_display_name() -> None:
    with pytest.raises(AppException, match="displayName is required"):
        read(GROUP, {"schemas": [GROUP_URN]}, strict=True)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"userName": 5}, "userName"),
        ({"active": "true"}, "active"),
        ({"name": "Ada"}, "name"),
        ({"name": {"color": "x"}}, "name.color"),
        ({"emails": {"value": "a@b"}}, "emails"),
        ({"emails": [{"value": "a@b"}, {"value": 5}]}, "emails[1].value"),
        ({"emails": [{"value": "a@b"}, {"type": "work"}]}, "emails[1]"),
        ({"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]}, "emails"),
        ({"emails": [{"value": str(number)} for number in range(101)]}, "emails"),
        ({"emails": [{"value": "x" * 321}]}, "emails[0].value"),
        ({"emails": [{"value": "x", "type": "x" * 51}]}, "emails[0].type"),
        ({"userName": "x" * 256}, "userName"),
        ({"userName": "ﷺ" * 60}, "userName"),
        ({"nickName": "x" * 2001}, "nickName"),
        ({"title": "a\nb"}, "title"),
        ({"title": "a\ud800"}, "title"),
        ({"addresses": [{"streetAddress": "a\0b"}]}, "addresses[0].streetAddress"),
        ({"x509Certificates": [{"value": "no base64!"}]}, "x509Certificates[0].value"),
        ({"color": "blue"}, "color"),
        ({ENTERPRISE_URN: "x"}, ENTERPRISE_URN),
        ({ENTERPRISE_URN: {"color": "x"}}, f"{ENTERPRISE_URN}:color"),
        ({ENTERPRISE_URN: {"manager": "m-1"}}, "manager"),
    ],
)
def test_a_fault_says_where_it_is(values: dict[str, Any], where: str) -> None:
    fault = refusal({**ADA, **values})

    assert fault.error.code == "invalid_value"
    assert list(fault.fields) == [where]


def test_texts_are_composed_and_trimmed_and_addresses_have_lines() -> None:
    found = strictly(title=" Zoe\u0308 ", addresses=[{"formatted": "12 St James's Square\r\nLondon"}])

    assert found["title"] == "Zoë"
    assert found["addresses"] == [{"formatted": "12 St James's Square\nLondon"}]


def test_a_value_of_one_type_comes_once() -> None:
    emails = [{"value": "a@b", "type": "work", "primary": True}, {"value": "a@b", "type": "home"}]

    assert strictly(emails=[*emails, {"value": "a@b", "type": "work"}])["emails"] == emails


def test_a_group_has_as_many_members_as_it_needs() -> None:
    members = [{"value": str(number)} for number in range(5000)]

    found = read(GROUP, {"schemas": [GROUP_URN], "displayName": "x", "members": [*members, *members]}, strict=True)

    assert found["members"] == members


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("decimal", [1, 1.5], ["1", True]),
        ("integer", [1], [1.5, 2**63, True]),
        (
            "dateTime",
            ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.5+01:00"],
            ["2026-03-01", "2026-13-01T00:00:00Z", 5],
        ),
        ("binary", ["YQ==", "YQ\n=="], ["YQ=", 5]),
    ],
)
def test_every_type_of_the_standard_is_known(kind: str, right: list[Any], wrong: list[Any]) -> None:
    attribute = Attribute("x", kind)

    assert [checked(attribute, value, "x") for value in right] == right
    for value in wrong:
        with pytest.raises(AppException):
            checked(attribute, value, "x")


def test_schemas_are_those_that_the_document_has_attributes_of() -> None:
    assert schemas_of(USER, {"userName": "ada", ENTERPRISE_URN: {"division": "x"}}) == [USER_URN, ENTERPRISE_URN]
    assert schemas_of(USER, {"userName": "ada"}) == [USER_URN]
