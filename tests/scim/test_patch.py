"""PATCH as RFC 7644 §3.5.2 has it, without any tolerance."""

import pytest

from roster.errors import AppException
from roster.scim.attributes import ENTERPRISE_URN, USER_URN
from tests.scim.patching import ADA, code, members, operation, patched

WORK, HOME = ADA["emails"]


def test_add_to_a_single_value_replaces_it() -> None:
    assert patched(operation("add", "title", "Analyst"))["title"] == "Analyst"


def test_add_to_a_complex_attribute_leaves_its_other_parts() -> None:
    after = patched(operation("add", "name", {"middleName": "King", "givenName": "Augusta"}))

    assert after["name"] == {"givenName": "Augusta", "familyName": "Lovelace", "middleName": "King"}


def test_add_to_several_values_appends() -> None:
    other = {"value": "a@other.example", "type": "other"}

    assert patched(operation("add", "emails", [other]))["emails"] == [WORK, HOME, other]
    assert patched(operation("add", "emails", other))["emails"] == [WORK, HOME, other]


def test_add_of_what_is_there_changes_nothing() -> None:
    again = {"value": "ada@work.example", "type": "work"}

    assert patched(operation("add", "emails", [again, HOME]))["emails"] == ADA["emails"]


def test_add_of_an_address_that_is_there_changes_nothing() -> None:
    addresses = [{"type": "work", "locality": "London", "primary": True}]

    after = patched(
        operation("add", "addresses", [{"locality": "London", "type": "work"}]), document=ADA | {"addresses": addresses}
    )

    assert after["addresses"] == [{"type": "work", "locality": "London", "primary": True}]


def test_add_to_what_has_no_value_yet_adds_the_attribute() -> None:
    after = patched(
        operation("add", "nickName", "Countess of Computing"), operation("add", "roles", [{"value": "admin"}])
    )

    assert (after["nickName"], after["roles"]) == ("Countess of Computing", [{"value": "admin"}])


def test_an_operation_without_a_path_is_one_on_each_attribute() -> None:
    value = {"title": "Analyst", "name": {"givenName": "Augusta"}, ENTERPRISE_URN: {"division": "North"}}

    after = patched(operation("replace", None, value))

    assert after["title"] == "Analyst"
    assert after["name"] == {"givenName": "Augusta", "familyName": "Lovelace"}
    assert after[ENTERPRISE_URN] == ADA[ENTERPRISE_URN] | {"division": "North"}


def test_without_a_path_add_appends_and_replace_replaces_all_values() -> None:
    other = {"value": "a@other.example"}

    assert patched(operation("add", None, {"emails": [other]}))["emails"] == [WORK, HOME, other]
    assert patched(operation("replace", None, {"emails": [other]}))["emails"] == [other]


@pytest.mark.parametrize("value", [None, ""])
def test_replace_with_nothing_leaves_no_value(value: str | None) -> None:
    assert "title" not in patched(operation("replace", "title", value))


def test_replace_with_an_empty_list_leaves_no_values() -> None:
    assert "emails" not in patched(operation("replace", "emails", []))


def test_replace_of_a_complex_attribute_leaves_what_is_not_given_and_clears_what_is_null() -> None:
    after = patched(operation("replace", "name", {"givenName": "Augusta", "familyName": None}))

    assert after["name"] == {"givenName": "Augusta"}


def test_a_complex_attribute_without_parts_is_gone() -> None:
    after = patched(operation("remove", "name.givenName"), operation("remove", "name.familyName"))

    assert "name" not in after


def test_replace_of_the_values_that_a_filter_finds_replaces_them_whole() -> None:
    new = {"value": "new@work.example", "type": "work"}

    assert patched(operation("replace", 'emails[type eq "work"]', new))["emails"] == [new, HOME]


def test_replace_of_a_part_of_the_values_that_a_filter_finds_leaves_the_rest() -> None:
    after = patched(operation("replace", 'emails[type eq "work"].value', "new@work.example"))

    assert after["emails"] == [WORK | {"value": "new@work.example"}, HOME]


def test_add_to_the_values_that_a_filter_finds_adds_parts() -> None:
    after = patched(operation("add", 'emails[type eq "home" and not (primary eq true)]', {"display": "Home"}))

    assert after["emails"] == [WORK, HOME | {"display": "Home"}]


@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_a_filter_that_finds_nothing_has_no_target(op: str) -> None:
    assert code(operation(op, 'emails[type eq "other"].value', *(() if op == "remove" else ("x",)))) == "no_target"


def test_a_path_to_a_part_of_all_values_changes_each() -> None:
    after = patched(operation("replace", "emails.display", "Ada"))

    assert [email["display"] for email in after["emails"]] == ["Ada", "Ada"]


def test_remove_of_an_attribute_leaves_it_without_value() -> None:
    after = patched(operation("remove", "title"), operation("remove", "emails"), operation("remove", "nickName"))

    assert not {"title", "emails", "nickName"} & set(after)


def test_remove_with_a_filter_removes_what_it_finds() -> None:
    assert patched(operation("remove", 'emails[value ew "@WORK.example"]'))["emails"] == [HOME]


def test_active_can_be_removed_and_stays_so() -> None:
    removed = patched(operation("remove", "active"))
    unassigned = {name: value for name, value in ADA.items() if name != "active"}

    assert removed["active"] is None
    assert patched(operation("add", "title", "x"), document=unassigned)["active"] is None
    assert patched(operation("add", "active", True), document=unassigned)["active"] is True


def test_an_attribute_whose_values_are_all_removed_is_gone() -> None:
    assert "emails" not in patched(operation("remove", "emails[value pr]"))


def test_a_value_whose_value_was_removed_is_gone() -> None:
    assert patched(operation("remove", 'emails[type eq "work"].value'))["emails"] == [HOME]


def test_a_new_primary_value_is_the_only_one() -> None:
    by_part = patched(operation("replace", 'emails[type eq "home"].primary', True))
    by_value = patched(operation("add", "emails", [{"value": "x@y.example", "primary": True}]))

    assert [email.get("primary") for email in by_part["emails"]] == [False, True]
    assert [email.get("primary") for email in by_value["emails"]] == [False, None, True]


def test_the_name_of_the_manager_beside_their_id_is_passed_over() -> None:
    after = patched(operation("replace", f"{ENTERPRISE_URN}:manager", {"value": "m-2", "displayName": "Byron"}))

    assert after[ENTERPRISE_URN]["manager"] == {"value": "m-2"}


@pytest.mark.parametrize("urn", [ENTERPRISE_URN, ENTERPRISE_URN.upper()])
def test_paths_below_a_schema_name_its_attributes(urn: str) -> None:
    after = patched(
        operation("replace", f"{urn}:department", "Looms"), operation("replace", f"{urn}:manager.value", "m-2")
    )

    assert after[ENTERPRISE_URN] == {"department": "Looms", "manager": {"value": "m-2"}}
    assert patched(operation("replace", f"{USER_URN}:name.givenName", "Augusta"))["name"]["givenName"] == "Augusta"


def test_the_urn_of_a_schema_is_a_path_to_all_it_has() -> None:
    assert ENTERPRISE_URN not in patched(operation("remove", ENTERPRISE_URN))
    assert ENTERPRISE_URN not in patched(operation("replace", ENTERPRISE_URN, None))
    assert patched(operation("add", ENTERPRISE_URN, {"costCenter": "4"}))[ENTERPRISE_URN]["costCenter"] == "4"
    assert patched(operation("add", USER_URN, {"title": "Analyst"}))["title"] == "Analyst"


def test_schemas_follow_from_what_there_is() -> None:
    assert patched(operation("add", "title", "x"))["schemas"] == [USER_URN, ENTERPRISE_URN]
    assert patched(operation("remove", ENTERPRISE_URN))["schemas"] == [USER_URN]
    assert patched(operation("add", "schemas", ["urn:x"]))["schemas"] == [USER_URN, ENTERPRISE_URN]


def test_a_password_is_accepted_and_not_kept() -> None:
    assert patched(operation("replace", "password", "secret")) == patched(operation("replace", "title", "Countess"))


def test_strictly_a_remove_never_takes_values_and_so_never_empties_a_group_by_mistake() -> None:
    with pytest.raises(AppException) as refusal:
        members(operation("remove", "members", [{"value": "1"}]), strict=True)

    assert refusal.value.error.code == "invalid_value"
