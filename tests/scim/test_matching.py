"""Value filters in memory."""

from typing import Any

import pytest

from roster.errors import AppException
from roster.scim.attributes import USER, Attribute
from roster.scim.grammar import AttributePath, Present, ValuePath, parse_filter, resolve_values
from roster.scim.matching import matches

EMAILS = USER.schema.attribute("emails")
WORK = {"value": "Ada@Work.example", "type": "work", "primary": True}


def found(text: str, value: dict[str, Any]) -> bool:
    assert EMAILS is not None
    return matches(resolve_values(parse_filter(text), EMAILS), value, EMAILS)


@pytest.mark.parametrize(
    "text",
    [
        *('type eq "work"', 'TYPE EQ "WORK"', 'value co "@work"', 'value sw "ADA"', 'value ew ".EXAMPLE"'),
        *('type ne "home"', 'display ne "x"', "primary eq true", "primary ne false", 'primary eq "True"'),
        *("value pr", "display eq null", "value ne null", 'type gt "w"', 'type ge "work"', 'type lt "x"'),
        *('type le "work"', 'type eq "work" and primary eq true', 'type eq "home" or value pr', "not (display pr)"),
        '(type eq "home" or type eq "work") and not (primary eq false)',
    ],
)
def test_it_matches(text: str) -> None:
    assert found(text, WORK)


@pytest.mark.parametrize(
    "text",
    [
        *('type eq "home"', 'type ne "work"', "primary eq false", "display pr", 'display eq "x"', 'display co "x"'),
        *('display gt "a"', "type eq null", "display ne null", 'type gt "work"', 'type eq "work" and display pr'),
        "not (value pr)",
    ],
)
def test_it_does_not_match(text: str) -> None:
    assert not found(text, WORK)


def test_what_is_not_said_to_be_primary_is_not() -> None:
    assert found("primary eq false", {"value": "x"})
    assert not found("primary eq true", {"value": "x"})


def test_case_counts_where_the_schema_says_so() -> None:
    attribute = Attribute("x", "complex", sub_attributes=(Attribute("value", case_exact=True),))
    condition = resolve_values(parse_filter('value eq "Ada"'), attribute)

    assert matches(condition, {"value": "Ada"}, attribute)
    assert not matches(condition, {"value": "ada"}, attribute)
    assert matches(condition, {"value": "ada"})


def test_brackets_between_brackets_are_refused() -> None:
    inner = Present(AttributePath(None, "value"))

    with pytest.raises(AppException) as refusal:
        matches(ValuePath(AttributePath(None, "emails"), inner), WORK)

    assert refusal.value.error.code == "invalid_filter"
