"""What identity providers send that RFC 7644 does not have, each by its name: requests and the names in them."""

from typing import Any

import pytest

from roster.scim import document
from roster.scim.attributes import ENTERPRISE_URN, PATCH_URN, USER, USER_URN, ResourceType
from roster.scim.dialects import normalise_patch
from tests.scim.patching import ADA, code, operation, tolerated

WORK, HOME = ADA["emails"]
BEN: dict[str, Any] = {"userName": "ben"}


def read(body: dict[str, Any], resource_type: ResourceType = USER) -> dict[str, Any]:
    return document.read(resource_type, body, strict=False)


@pytest.mark.parametrize("op", ["Replace", "REPLACE", " replace "])
def test_an_op_may_be_in_any_case(op: str) -> None:
    assert tolerated(operation(op, "title", "Analyst"))["title"] == "Analyst"
    assert code(operation(op, "title", "Analyst")) == "invalid_syntax"


def test_names_in_a_request_may_be_in_any_case() -> None:
    body = {"Schemas": [PATCH_URN], "operations": [{"OP": "Add", "Path": "Title", "Value": "Analyst"}]}

    assert normalise_patch(body, USER)["Operations"] == [{"op": "add", "path": "Title", "value": "Analyst"}]


def test_the_schema_of_a_request_may_be_missing() -> None:
    assert normalise_patch({"Operations": []}, USER)["schemas"] == [PATCH_URN]


@pytest.mark.parametrize(("text", "active"), [("False", False), ("True", True), ("false", False), (" TRUE ", True)])
def test_a_boolean_may_be_text(text: str, active: bool) -> None:
    assert tolerated(operation("Replace", "active", text))["active"] is active
    assert read(BEN | {"active": text})["active"] is active
    assert code(operation("replace", "active", text)) == "invalid_value"


def test_no_other_text_is_a_boolean() -> None:
    for other in ("yes", "0", 0, 1):
        assert code(operation("replace", "active", other), strict=False) == "invalid_value"


def test_a_boolean_in_a_filter_may_be_text() -> None:
    after = tolerated(operation("Replace", 'emails[primary eq "True"].value', "new@work.example"))

    assert after["emails"] == [WORK | {"value": "new@work.example"}, HOME]


@pytest.mark.parametrize("value", [{"active": "False"}, [{"active": False}]])
def test_a_value_may_come_without_a_path(value: Any) -> None:
    assert tolerated(operation("Replace", None, value))["active"] is False


def test_an_empty_path_is_none() -> None:
    assert tolerated(operation("replace", " ", {"title": "Analyst"}))["title"] == "Analyst"


def test_names_in_a_value_may_be_dotted() -> None:
    after = tolerated(operation("replace", None, {"name.familyName": "King", "NAME.givenname": "Augusta"}))

    assert after["name"] == {"givenName": "Augusta", "familyName": "King"}


def test_names_in_a_value_may_be_below_a_urn() -> None:
    value = {
        f"{ENTERPRISE_URN}:department": "Looms",
        f"{USER_URN}:title": "Analyst",
        f"{ENTERPRISE_URN}:manager": "m-2",
    }

    after = tolerated(operation("replace", None, value))

    assert (after["title"], after[ENTERPRISE_URN]) == ("Analyst", {"department": "Looms", "manager": {"value": "m-2"}})


def test_a_urn_in_a_value_may_have_an_object() -> None:
    value = {ENTERPRISE_URN.lower(): {"department": "Looms", "manager.value": "m-2"}, USER_URN: {"title": "Analyst"}}

    after = tolerated(operation("add", None, value))

    assert (after["title"], after[ENTERPRISE_URN]) == ("Analyst", {"department": "Looms", "manager": {"value": "m-2"}})


def test_names_in_a_value_may_have_a_filter() -> None:
    after = tolerated(operation("replace", None, {'emails[type eq "work"].value': "new@work.example"}))

    assert after["emails"] == [WORK | {"value": "new@work.example"}, HOME]


def test_the_urn_of_a_schema_may_be_the_path() -> None:
    after = tolerated(operation("Replace", ENTERPRISE_URN, [{"Department": "Looms", "unheard": "of"}]))

    assert after[ENTERPRISE_URN] == ADA[ENTERPRISE_URN] | {"department": "Looms"}
    assert ENTERPRISE_URN not in tolerated(operation("Replace", ENTERPRISE_URN, ""))
    assert code(operation("add", ENTERPRISE_URN, "x"), strict=False) == "invalid_value"


def test_an_attribute_of_the_extension_may_come_without_its_urn() -> None:
    assert tolerated(operation("replace", "department", "Looms"))[ENTERPRISE_URN]["department"] == "Looms"
