"""`attributes` and `excludedAttributes` (RFC 7644 §3.4.2.5, §3.9)."""

from typing import Any

import pytest

from roster.scim.attributes import ENTERPRISE_URN, GROUP, USER, USER_URN
from roster.scim.projection import Projection

ADA: dict[str, Any] = {
    "schemas": [USER_URN, ENTERPRISE_URN],
    "id": "1",
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "L"},
    "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}],
    ENTERPRISE_URN: {"department": "R", "manager": {"value": "2", "displayName": "Bob"}},
    "meta": {"location": "…", "version": "…"},
}
ALWAYS = {name: ADA[name] for name in ("schemas", "id")}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in ADA.items() if name not in names}


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ("userName", {"userName": "ada"}),
        ("USERNAME , id", {"userName": "ada"}),
        (["userName", "meta.version"], {"userName": "ada", "meta": {"version": "…"}}),
        (f"{USER_URN}:userName", {"userName": "ada"}),
        ("name.givenname", {"name": {"givenName": "Ada"}}),
        ("name.givenName,name", {"name": ADA["name"]}),
        ("name,name.givenName", {"name": ADA["name"]}),
        ("name.middleName", {}),
        ("emails.value", {"emails": [{"value": "a@x"}, {"value": "b@x"}]}),
        ("emails.type", {"emails": [{"type": "work"}]}),
        ("emails.display", {}),
        (f"{ENTERPRISE_URN}:department", {ENTERPRISE_URN: {"department": "R"}}),
        (f"{ENTERPRISE_URN}:manager.value", {ENTERPRISE_URN: {"manager": {"value": "2"}}}),
        ("department", {ENTERPRISE_URN: {"department": "R"}}),
        (ENTERPRISE_URN.lower(), {ENTERPRISE_URN: ADA[ENTERPRISE_URN]}),
        (USER_URN, {name: ADA[name] for name in ("userName", "name", "emails")}),
        ("colour,name.colour,urn:x:y,password", {}),
        ('emails[type eq "work"]', {}),
    ],
)
def test_what_is_asked_for_is_shown_and_what_is_always_shown(attributes: Any, shown: dict[str, Any]) -> None:
    assert Projection.of(attributes, None, USER).apply(ADA) == ALWAYS | shown


@pytest.mark.parametrize(
    ("excluded", "shown"),
    [
        ("emails,NAME", without("emails", "name")),
        (["emails"], without("emails")),
        ("id,schemas,colour", ADA),
        ("meta", without("meta")),
        ("name.givenName", ADA | {"name": {"familyName": "L"}}),
        ("emails.value", ADA | {"emails": [{"type": "work"}]}),
        ("emails.value,emails.type", without("emails")),
        (f"{ENTERPRISE_URN}:manager", ADA | {ENTERPRISE_URN: {"department": "R"}}),
        (ENTERPRISE_URN, without(ENTERPRISE_URN)),
    ],
)
def test_what_is_excluded_is_left_out_but_not_what_is_always_shown(excluded: Any, shown: dict[str, Any]) -> None:
    assert Projection.of(None, excluded, USER).apply(ADA) == shown


@pytest.mark.parametrize("nothing", [None, "", " , ", []])
def test_without_names_everything_is_shown(nothing: Any) -> None:
    projection = Projection.of(nothing, nothing, USER)

    assert projection.is_whole
    assert projection.apply(ADA) == ADA


def test_what_is_asked_for_wins_over_what_is_excluded() -> None:
    assert Projection.of("userName", "userName", USER).apply(ADA) == ALWAYS | {"userName": "ada"}


@pytest.mark.parametrize(
    ("attributes", "excluded", "wanted"),
    [
        (None, None, True),
        ("members", None, True),
        ("members.value", None, True),
        ("displayName", None, False),
        (None, "Members", False),
        (None, "members.display", True),
        (None, "displayName", True),
    ],
)
def test_it_tells_whether_anything_of_an_attribute_is_wanted(
    attributes: str | None, excluded: str | None, wanted: bool
) -> None:
    assert Projection.of(attributes, excluded, GROUP).wants("members") is wanted
