"""A user as SCIM says it, as columns, and back."""

from typing import Any
from uuid import UUID

from roster.scim.attributes import ENTERPRISE_URN, USER, USER_URN
from roster.scim.document import read
from roster.scim.user_values import from_columns, to_columns

ID = UUID(int=1)
FULL: dict[str, Any] = {
    "userName": "ada",
    "externalId": "00u1",
    "name": {
        "formatted": "Lady Ada Lovelace",
        "familyName": "Lovelace",
        "givenName": "Ada",
        "middleName": "King",
        "honorificPrefix": "Lady",
        "honorificSuffix": "FRS",
    },
    "displayName": "Ada Lovelace",
    "nickName": "Ada",
    "profileUrl": "https://ada.example",
    "title": "Countess",
    "userType": "Employee",
    "preferredLanguage": "en",
    "locale": "en-GB",
    "timezone": "Europe/London",
    "active": False,
    "emails": [
        {"value": "ada@work.example", "type": "work", "display": "Ada", "primary": True},
        {"value": "ada@home.example", "primary": False},
    ],
    "phoneNumbers": [{"value": "1", "type": "work", "primary": True}],
    "ims": [{"value": "ada", "type": "xmpp"}],
    "photos": [{"value": "https://ada.example/photo", "type": "photo"}],
    "addresses": [{"type": "work", "formatted": "12 St James's Square\nLondon", "country": "GB"}],
    "entitlements": [{"value": "engine"}],
    "roles": [{"value": "admin", "primary": True}],
    "x509Certificates": [{"value": "YQ=="}],
    ENTERPRISE_URN: {
        "employeeNumber": "1",
        "costCenter": "2",
        "organization": "Analytical",
        "division": "North",
        "department": "Engines",
        "manager": {"value": "m-1"},
    },
}


def test_all_that_is_written_is_there_again() -> None:
    assert read(USER, {"schemas": [USER_URN], **FULL}, strict=True) == FULL

    columns = to_columns(FULL)
    shown = from_columns({"id": ID, **columns}, display_name=columns["display_name"])

    assert shown == FULL | {"schemas": [USER_URN, ENTERPRISE_URN], "id": str(ID)}


def test_what_has_a_column_is_in_it_and_the_rest_in_the_profile() -> None:
    columns = to_columns(FULL)

    assert (columns["user_name"], columns["given_name"], columns["family_name"]) == ("ada", "Ada", "Lovelace")
    assert (columns["title"], columns["department"], columns["external_id"]) == ("Countess", "Engines", "00u1")
    assert (columns["active"], columns["manager"], columns["display_name"]) == (False, "m-1", "Ada Lovelace")
    assert columns["emails"][1] == {"value": "ada@home.example", "type": None, "display": None, "primary": False}
    elsewhere = {"userName", "externalId", "title", "active", "emails"}
    assert columns["profile"] == {name: value for name, value in FULL.items() if name not in elsewhere} | {
        "name": {part: text for part, text in FULL["name"].items() if part not in {"givenName", "familyName"}},
        ENTERPRISE_URN: {part: value for part, value in FULL[ENTERPRISE_URN].items() if part != "department"},
    }


def test_the_address_of_the_manager_is_for_us_to_say() -> None:
    manager = {"value": "m-1", "$ref": "https://elsewhere.example/Users/m-1"}

    assert to_columns({"userName": "ada", ENTERPRISE_URN: {"manager": manager}})["profile"] == {
        ENTERPRISE_URN: {"manager": {"value": "m-1"}}
    }
    assert to_columns({"userName": "ada", ENTERPRISE_URN: {"manager": {"$ref": "m-1"}}})["profile"] == {}


def test_who_was_removed_from_being_active_is_active_and_nobody_says_so() -> None:
    columns = to_columns({"userName": "ada", "active": None}, active=True)

    assert (columns["active"], columns["profile"]) == (True, {"unassigned": ["active"]})
    assert "active" not in from_columns(columns, display_name=None)
    assert from_columns(columns | {"active": False}, display_name=None)["active"] is False


def test_who_is_suspended_stays_so_until_somebody_says_that_they_are_active() -> None:
    columns = to_columns({"userName": "ada", "active": None}, active=False)

    assert (columns["active"], columns["profile"]) == (False, {"unassigned": ["suspended"]})
    assert "active" not in from_columns(columns, display_name=None)
    assert from_columns(columns | {"active": True}, display_name=None)["active"] is True
    assert to_columns({"userName": "ada"}, active=False)["active"] is False
    assert to_columns({"userName": "ada", "active": True}, active=False)["active"] is True


def test_an_address_of_which_nobody_said_that_it_is_primary_is_shown_as_it_came() -> None:
    emails = [{"value": "a@x.test"}, {"value": "b@x.test", "primary": False}, {"value": "c@x.test", "primary": True}]

    columns = to_columns({"userName": "ada", "emails": emails})

    assert [email["primary"] for email in columns["emails"]] == [False, False, True]
    assert from_columns(columns, display_name=None)["emails"] == emails


def test_what_is_not_said_is_none_and_whoever_is_not_suspended_is_active() -> None:
    columns = to_columns({"userName": "ada"})

    assert columns == {
        "user_name": "ada",
        **dict.fromkeys(("display_name", "given_name", "family_name", "title", "department", "external_id", "manager")),
        "active": True,
        "emails": [],
        "profile": {},
    }
    assert from_columns(columns, display_name=None) == {"schemas": [USER_URN], "userName": "ada", "active": True}


def test_a_display_name_that_nobody_chose_is_not_shown() -> None:
    columns = to_columns(FULL) | {"display_name": "Ada Lovelace"}

    assert "displayName" not in from_columns(columns, display_name=None)
    assert from_columns(columns, display_name="Countess")["displayName"] == "Countess"


def test_columns_are_what_counts_where_they_say_otherwise_than_the_profile() -> None:
    columns = to_columns(FULL) | {"given_name": "Augusta", "department": None, "title": None}

    shown = from_columns(columns, display_name=None)

    assert shown["name"]["givenName"] == "Augusta"
    assert "department" not in shown[ENTERPRISE_URN]
    assert "title" not in shown


def test_what_is_shown_shares_nothing_that_can_be_changed_with_the_profile() -> None:
    columns = to_columns(FULL)

    shown = from_columns(columns, display_name=None)
    shown[ENTERPRISE_URN]["manager"] = "changed"
    shown["name"]["middleName"] = "changed"

    assert columns == to_columns(FULL)
