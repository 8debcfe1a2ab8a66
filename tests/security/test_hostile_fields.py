"""Good JSON with values that no user can have."""

from typing import Any

import pytest

from tests.api import Api, demand_problem

pytestmark = pytest.mark.usefixtures("untouched")

TEXTS = ["user_name", "display_name", "given_name", "family_name", "title", "department", "external_id", "email"]
WRONG_TYPES: dict[str, list[Any]] = {
    **{name: [1, 1.5, True, False, [], ["a"], {}, {"a": 1}] for name in TEXTS},
    "active": [None, 0, 1, 1.0, "true", "yes", "", [], {}, [True]],
    "emails": [None, {}, "a@b.test", 1, ["a@b.test"], [None], [[]], [{}], {"value": "a@b.test"}],
    "attributes": [None, [], "a", 1, True, [{}]],
}
CONTROLS = ["\0", "\x01", "\x07", "\x1b", "\x7f", "\x85", "\x9f"]
BAD_CHARACTERS = [*CONTROLS, "\ud800", "\udfff", "\ufdd0", "\uffff", "\U0010ffff"]
BREAKS = ["\n", "\r", "\t", "\r\n"]


def fields(response: Any) -> set[str]:
    return {error["field"].split("[")[0] for error in response.get_json()["errors"]}


def refused(api: Api, user: dict[str, Any], values: dict[str, Any], *names: str) -> None:
    """Demand that neither a new user nor a known one can have the values."""
    demand_problem(api.post(json={"user_name": "eve"} | values), 422, "invalid_input", *names)
    demand_problem(api.patch(user["id"], json=values), 422, "invalid_input", *names)


@pytest.mark.parametrize(("name", "values"), WRONG_TYPES.items(), ids=WRONG_TYPES)
def test_a_value_of_another_type_is_refused_by_name(
    api: Api, user: dict[str, Any], name: str, values: list[Any]
) -> None:
    for value in values:
        for response in (
            api.post(json={"user_name": "eve"} | {name: value}),
            api.patch(user["id"], json={name: value}),
        ):
            assert response.status_code == 422, (value, response.text)
            assert fields(response) == {name}


@pytest.mark.parametrize("character", BAD_CHARACTERS + BREAKS)
def test_a_character_that_can_not_be_shown_or_stored_is_refused_by_its_number(
    api: Api, user: dict[str, Any], character: str
) -> None:
    response = api.patch(user["id"], json=dict.fromkeys(TEXTS, f"a@b{character}.test"))

    problem = demand_problem(response, 422, "invalid_input", *TEXTS)
    for error in problem["errors"]:
        assert f"U+{ord(character[0]):04X}" in error["message"]


@pytest.mark.parametrize("character", BAD_CHARACTERS)
def test_attributes_are_as_clean(api: Api, user: dict[str, Any], character: str) -> None:
    text = f"a{character}b"

    for attributes in ({"a": text}, {text: 1}, {"a": [{"b": [text]}]}, {"a": {text: text}}):
        refused(api, user, {"attributes": attributes}, "attributes")


@pytest.mark.parametrize("text", ["b" * 321, "ﷺ" * 253, "é" * 321, "\U0001d15e" * 251, "b" * 10**5], ids=len)
def test_a_text_that_is_too_long_or_becomes_it_is_refused(api: Api, user: dict[str, Any], text: str) -> None:
    refused(api, user, dict.fromkeys(TEXTS, f"{text}@b"), *TEXTS)


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u3000 \u2003", "  " * 500])
def test_a_name_of_nothing_is_refused(api: Api, user: dict[str, Any], blank: str) -> None:
    refused(api, user, {"user_name": blank}, "user_name")


def test_a_user_name_is_needed(api: Api, user: dict[str, Any]) -> None:
    demand_problem(api.post(json={"display_name": "Eve"}), 422, "invalid_input", "user_name")
    refused(api, user, {"user_name": None}, "user_name")


@pytest.mark.parametrize("address", ["a", "@", "a@", "@b", "a b@c", "a@b@c", "a@b c", "a@\u00a0b"])
def test_what_is_no_address_is_refused(api: Api, user: dict[str, Any], address: str) -> None:
    refused(api, user, {"email": address}, "email")
    refused(api, user, {"emails": [{"value": "a@b.test"}, {"value": address}]}, "emails[1].value")


@pytest.mark.parametrize(
    ("emails", "path"),
    [
        ([{"value": "a@b", "primary": True}, {"value": "c@d", "primary": True}], "emails"),
        ([{"value": f"{number}@b.test"} for number in range(51)], "emails"),
        ([{"type": "work"}], "emails[0].value"),
        ([{"value": None}], "emails[0].value"),
        ([{"value": ""}], "emails[0].value"),
        ([{"value": "a@b", "primary": "true"}], "emails[0].primary"),
        ([{"value": "a@b", "primary": 1}], "emails[0].primary"),
        ([{"value": "a@b", "primary": None}], "emails[0].primary"),
        ([{"value": "a@b", "type": "w" * 51}], "emails[0].type"),
        ([{"value": "a@b", "type": 1}], "emails[0].type"),
        ([{"value": "a@b"}, {"value": "c@d", "label": "x"}], "emails[1].label"),
        ([{"value": "a@b"}, {"value": "A@b"}], "emails"),
        ([{"value": "a@b"}, None], "emails[1]"),
    ],
)
def test_bad_addresses_are_refused_by_their_place(api: Api, user: dict[str, Any], emails: list[Any], path: str) -> None:
    refused(api, user, {"emails": emails}, path)


def test_two_ways_to_say_the_address_must_agree(api: Api, user: dict[str, Any]) -> None:
    refused(api, user, {"email": "a@b.test", "emails": [{"value": "c@d.test"}]}, "email")
    refused(api, user, {"email": None, "emails": [{"value": "c@d.test"}]}, "email")


@pytest.mark.parametrize(
    "attributes",
    [
        {"n": 2**63},
        {"n": -(2**63) - 1},
        {"n": 10**400},
        {"n": [1, {"m": 10**4000}]},
        {"a" * 256: 1},
        {"ﷺ" * 256: 1},
        {"": 1},
        {" ": 1},
        {"a": 1, " a": 2},
        {"é": 1, "e\u0301": 2},
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": {"j": 1}}}}}}}}}},
        {"a": [[[[[[[[[[1]]]]]]]]]]},
        {"a": "x" * 65_536},
        {f"name{number}": "x" * 20 for number in range(3000)},
    ],
    ids=lambda value: str(value)[:20],
)
def test_attributes_beyond_their_bounds_are_refused(api: Api, user: dict[str, Any], attributes: dict[str, Any]) -> None:
    refused(api, user, {"attributes": attributes}, "attributes")


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"1" + b"0" * 400 + b".0"])
def test_a_number_that_becomes_infinite_is_refused(api: Api, number: bytes) -> None:
    body = b'{"user_name": "eve", "attributes": {"n": %s}}' % number

    demand_problem(api.post(data=body, content_type="application/json"), 422, "invalid_input", "attributes")


@pytest.mark.parametrize(
    "name", ["id", "version", "organization_id", "created_at", "password", "userName", "User_name", "", " ", "__class"]
)
def test_an_unknown_field_is_refused_by_name(api: Api, user: dict[str, Any], name: str) -> None:
    refused(api, user, {name: "x"}, name)
    demand_problem(api.post(f"{user['id']}/restore", json={name: "x"}), 422, "invalid_input", name)


def test_an_unknown_field_that_can_not_be_written_is_told_in_escapes(api: Api, user: dict[str, Any]) -> None:
    refused(api, user, {"\ud800": 1}, "\\ud800")
    refused(api, user, {"emails": [{"value": "a@b", "\udfff\0": 1}]}, "emails[0].\\udfff\0")


def test_everything_that_is_wrong_is_told_at_once(api: Api) -> None:
    said = {"given_name": 1, "active": "no", "emails": [{"value": "x"}, {}], "more": 1, "title": "\0"}

    response = api.post(json=said)

    wrong = ("user_name", "given_name", "active", "emails[0].value", "emails[1].value", "more", "title")
    demand_problem(response, 422, "invalid_input", *wrong)
