"""Dialects: filters that find nothing make what they describe."""

from typing import Any

import pytest

from tests.scim.patching import ADA, code, operation, tolerated

WORK = ADA["emails"][0]
BEN: dict[str, Any] = {"userName": "ben"}


@pytest.mark.parametrize("op", ["Add", "Replace"])
def test_a_filter_that_finds_nothing_makes_what_it_describes(op: str) -> None:
    after = tolerated(operation(op, 'emails[type eq "work"].value', "ben@work.example"), document=BEN)

    assert after["emails"] == [{"type": "work", "value": "ben@work.example"}]
    assert code(operation(op.lower(), 'phoneNumbers[type eq "work"].value', "1")) == "no_target"


def test_a_part_of_values_where_there_are_none_makes_one() -> None:
    assert tolerated(operation("add", "emails.value", "b@x"), document=BEN)["emails"] == [{"value": "b@x"}]
    assert code(operation("add", "roles.value", "admin")) == "no_target"


def test_what_a_filter_describes_may_have_several_parts() -> None:
    after = tolerated(operation("Add", 'emails[type eq "work" and primary eq "True"]', {"value": "b@x"}), document=BEN)

    assert after["emails"] == [{"type": "work", "primary": True, "value": "b@x"}]


def test_a_role_may_be_named_by_being_primary() -> None:
    after = tolerated(operation("Replace", 'roles[primary eq "True"].value', "admin"), document=BEN)

    assert after["roles"] == [{"primary": True, "value": "admin"}]


def test_a_type_that_no_schema_names_is_made_by_an_add_only() -> None:
    path = 'emails[type eq "unheard-of"].value'

    assert tolerated(operation("add", path, "x@y"), document=BEN)["emails"] == [{"type": "unheard-of", "value": "x@y"}]
    assert code(operation("replace", path, "x@y"), strict=False) == "no_target"
    assert code(operation("replace", 'emails[value eq "nobody@x"].type', "work"), strict=False) == "no_target"


def test_replace_with_a_capital_makes_any_type() -> None:
    path = 'addresses[type eq "untyped"].formatted'

    assert tolerated(operation("Replace", path, "London"))["addresses"] == [{"type": "untyped", "formatted": "London"}]
    assert tolerated(operation("Replace", 'emails[type eq "work"].value', "x@y"))["emails"][0]["value"] == "x@y"


def test_a_filter_of_another_kind_makes_nothing() -> None:
    assert code(operation("add", 'emails[type ne "work" and type sw "o"].value', "x"), strict=False) == "no_target"


def test_what_a_filter_describes_is_checked_as_any_value() -> None:
    path = f'emails[type eq "{"x" * 51}"].value'

    assert code(operation("add", path, "x@y"), strict=False) == "invalid_value"


def test_several_parts_of_one_address_come_one_by_one() -> None:
    parts = {"streetAddress": "12 St James's Square", "locality": "London", "country": "GB", "postalCode": "SW1Y 4LB"}

    after = tolerated(*(operation("Add", f'addresses[type eq "work"].{part}', text) for part, text in parts.items()))

    assert after["addresses"] == [{"type": "work"} | parts]


def test_parts_that_come_before_the_value_are_kept() -> None:
    after = tolerated(
        operation("Add", 'emails[type eq "work"].primary', "True"),
        operation("Add", 'emails[type eq "work"].value', "ben@work.example"),
        document=BEN,
    )

    assert after["emails"] == [{"type": "work", "primary": True, "value": "ben@work.example"}]


def test_removing_what_is_not_there_changes_nothing() -> None:
    assert tolerated(operation("Remove", 'emails[type eq "other"]')) == tolerated(operation("Remove", "nickName"))
    assert tolerated(operation("Replace", 'emails[type eq "other"].value', ""))["emails"] == ADA["emails"]


def test_a_text_for_the_values_that_a_filter_finds_is_their_value() -> None:
    after = tolerated(operation("replace", 'emails[type eq "home"]', "new@home.example"))

    assert after["emails"] == [WORK, {"type": "home", "value": "new@home.example"}]
