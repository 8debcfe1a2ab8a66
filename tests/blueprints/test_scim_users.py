"""Users over SCIM: what goes in comes out, in the form of RFC 7643 and 7644."""

from typing import Any

import pytest
from flask import Flask

from roster.scim.attributes import ENTERPRISE_URN, USER_URN
from tests.provider import SCIM_JSON, USERS, V2, Provider, demand_error

NOBODY = "0197f3a2-0000-7000-8000-000000000000"

FULL: dict[str, Any] = {
    "schemas": [USER_URN, ENTERPRISE_URN],
    "externalId": "00u1",
    "userName": "ada@example.test",
    "name": {
        "formatted": "Ms. Ada Lovelace",
        "familyName": "Lovelace",
        "givenName": "Ada",
        "middleName": "King",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "Countess",
    },
    "displayName": "Ada L.",
    "nickName": "Ada",
    "profileUrl": "https://example.test/ada",
    "title": "Analyst",
    "userType": "Employee",
    "preferredLanguage": "en",
    "locale": "en-GB",
    "timezone": "Europe/London",
    "active": True,
    "emails": [
        {"value": "ada@example.test", "type": "work", "primary": True},
        {"value": "ada@home.test", "type": "home", "display": "At home"},
    ],
    "phoneNumbers": [{"value": "+44 1", "type": "work"}],
    "ims": [{"value": "ada", "type": "xmpp"}],
    "photos": [{"value": "https://example.test/ada.png", "type": "photo"}],
    "addresses": [{"type": "work", "streetAddress": "12 St James's Square", "locality": "London", "country": "GB"}],
    "entitlements": [{"value": "engine"}],
    "roles": [{"value": "author", "primary": True}],
    "x509Certificates": [{"value": "MIIB"}],
    ENTERPRISE_URN: {
        "employeeNumber": "1",
        "costCenter": "C",
        "organization": "Analytical",
        "division": "Engines",
        "department": "Notes",
    },
}


@pytest.fixture
def provider(app: Flask) -> Provider:
    return Provider(app)


def without(resource: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in names}


def test_every_attribute_that_is_created_is_read_again(provider: Provider) -> None:
    created = provider.post("/Users", json=FULL).get_json()

    read = provider.get(f"/Users/{created['id']}").get_json()

    assert read == created
    assert without(read, "id", "meta") == FULL


def test_a_created_user_has_an_address_a_version_and_times(provider: Provider) -> None:
    response = provider.post("/Users", json=FULL)

    user = response.get_json()
    address = f"http://localhost{USERS}/{user['id']}"
    assert response.status_code == 201
    assert response.content_type == SCIM_JSON
    assert response.headers["Location"] == response.headers["Content-Location"] == address
    assert response.headers["ETag"] == user["meta"]["version"] == 'W/"1"'
    assert user["meta"]["location"] == address
    assert user["meta"]["resourceType"] == "User"
    assert user["meta"]["created"] == user["meta"]["lastModified"]
    assert user["meta"]["created"].endswith("Z")


def test_the_enterprise_schema_is_named_only_where_there_is_something_of_it(provider: Provider) -> None:
    plain, enterprise = provider.new("ada"), provider.new("bob", **{ENTERPRISE_URN: {"department": "Notes"}})

    assert plain["schemas"] == [USER_URN]
    assert enterprise["schemas"] == [USER_URN, ENTERPRISE_URN]
    assert ENTERPRISE_URN not in plain


def test_a_password_is_accepted_and_never_shown_nor_kept(provider: Provider) -> None:
    user = provider.new(password="correct horse battery")
    address = f"/Users/{user['id']}"

    answers = [
        provider.get(address, query_string={"attributes": "password,userName"}).text,
        provider.put(address, json=FULL | {"password": "correct horse battery"}).text,
        provider.patch(address, {"op": "replace", "path": "password", "value": "correct horse battery"}).text,
        provider.get("/Users").text,
    ]

    assert not [answer for answer in answers if "correct horse" in answer or "password" in answer]
    demand_error(provider.get("/Users", query_string={"filter": "password pr"}), 400, "invalidFilter")


def test_a_user_shows_the_groups_they_are_in_directly_or_not(provider: Provider) -> None:
    user = provider.new()
    team = provider.new_group("Team", user["id"])
    staff = provider.new_group("Staff", team["id"])

    groups = provider.get(f"/Users/{user['id']}").get_json()["groups"]

    assert groups == [
        {"value": staff["id"], "display": "Staff", "type": "indirect", "$ref": staff["meta"]["location"]},
        {"value": team["id"], "display": "Team", "type": "direct", "$ref": team["meta"]["location"]},
    ]


def test_a_manager_is_shown_with_address_and_name(provider: Provider) -> None:
    boss = provider.new("boss", displayName="The Boss")
    user = provider.new(**{ENTERPRISE_URN: {"manager": {"value": boss["id"]}}})

    assert user[ENTERPRISE_URN]["manager"] == {
        "value": boss["id"],
        "$ref": boss["meta"]["location"],
        "displayName": "The Boss",
    }
    provider.delete(f"/Users/{boss['id']}")
    assert provider.get(f"/Users/{user['id']}").get_json()[ENTERPRISE_URN]["manager"] == {"value": boss["id"]}


def test_put_replaces_and_what_is_not_given_is_gone(provider: Provider) -> None:
    user = provider.post("/Users", json=FULL).get_json()

    response = provider.put(f"/Users/{user['id']}", json={"schemas": [USER_URN], "userName": "ada", "active": True})

    replaced = response.get_json()
    assert response.status_code == 200
    assert without(replaced, "meta", "externalId") == {
        "schemas": [USER_URN],
        "id": user["id"],
        "userName": "ada",
        "active": True,
    }
    assert response.headers["ETag"] == replaced["meta"]["version"] == 'W/"2"'
    assert response.headers["Location"] == user["meta"]["location"]


def test_what_was_read_can_be_put_back_and_changes_nothing(provider: Provider) -> None:
    user = provider.post("/Users", json=FULL).get_json()
    provider.new_group("Team", user["id"])
    read = provider.get(f"/Users/{user['id']}").get_json()

    response = provider.put(f"/Users/{user['id']}", json=read)

    assert response.get_json() == read


def test_patch_answers_with_the_whole_user(provider: Provider) -> None:
    user = provider.post("/Users", json=FULL).get_json()

    response = provider.patch(f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": "Countess"})

    changed = response.get_json()
    assert response.status_code == 200
    assert without(changed, "meta", "title") == without(user, "meta", "title")
    assert (changed["title"], changed["meta"]["version"]) == ("Countess", 'W/"2"')


def test_delete_answers_nothing_and_the_user_is_gone_everywhere(provider: Provider) -> None:
    user = provider.new()
    team = provider.new_group("Team", user["id"])
    address = f"/Users/{user['id']}"

    response = provider.delete(address)

    assert (response.status_code, response.data) == (204, b"")
    demand_error(provider.get(address), 404)
    demand_error(provider.put(address, json=FULL), 404)
    demand_error(provider.patch(address, {"op": "remove", "path": "title"}), 404)
    demand_error(provider.delete(address), 404)
    assert provider.found("/Users") == []
    assert "members" not in provider.get(f"/Groups/{team['id']}").get_json()
    assert provider.new()["id"] != user["id"]


@pytest.mark.parametrize("given_id", ["x", "1", "0" * 36, "..", "%00", NOBODY, f"{{{NOBODY}}}"])
def test_an_id_of_nobody_is_not_found(provider: Provider, given_id: str) -> None:
    for method in ("GET", "DELETE"):
        demand_error(provider.send(method, f"/Users/{given_id}"), 404)


def test_a_taken_user_name_is_a_conflict_whatever_its_case(provider: Provider) -> None:
    provider.new("Ada@example.test")
    bob = provider.new("bob@example.test")

    for response in (
        provider.post("/Users", json={"schemas": [USER_URN], "userName": "ADA@example.test"}),
        provider.put(f"/Users/{bob['id']}", json={"schemas": [USER_URN], "userName": "ada@EXAMPLE.test"}),
        provider.patch(f"/Users/{bob['id']}", {"op": "replace", "path": "userName", "value": "ada@example.test"}),
    ):
        demand_error(response, 409, "uniqueness")


@pytest.mark.parametrize(
    "query",
    [
        {"attributes": "userName,emails.value"},
        {"attributes": ["userName", "EMAILS.VALUE"]},
        {"attributes": f"{USER_URN}:userName,{USER_URN}:emails.value"},
    ],
)
def test_attributes_are_shown_as_asked_for_by_every_answer(provider: Provider, query: dict[str, Any]) -> None:
    created = provider.post("/Users", json=FULL, query_string=query)
    user_id = created.get_json()["id"]
    address = f"/Users/{user_id}"
    asked = {
        "schemas": [USER_URN, ENTERPRISE_URN],
        "id": user_id,
        "userName": "ada@example.test",
        "emails": [{"value": "ada@example.test"}, {"value": "ada@home.test"}],
    }

    answers = [
        created,
        provider.get(address, query_string=query),
        provider.put(address, json=FULL, query_string=query),
        provider.patch(address, {"op": "replace", "path": "title", "value": "Dr"}, query_string=query),
    ]

    assert [answer.get_json() for answer in answers] == [asked] * 4
    assert provider.found("/Users", **query) == [asked]
    assert all(answer.headers["Location"] and answer.headers["ETag"] for answer in answers)


def test_excluded_attributes_are_not_shown_but_what_is_always_shown_is(provider: Provider) -> None:
    user = provider.post("/Users", json=FULL).get_json()
    query = {"excludedAttributes": f"id,schemas,emails,name.formatted,{ENTERPRISE_URN}:department"}

    shown = provider.get(f"/Users/{user['id']}", query_string=query).get_json()

    assert shown["id"] == user["id"]
    assert "emails" not in shown
    assert "formatted" not in shown["name"]
    assert "familyName" in shown["name"]
    assert "department" not in shown[ENTERPRISE_URN]


def test_if_match_lets_only_the_version_that_was_read_be_changed(provider: Provider) -> None:
    user = provider.new()
    address, first = f"/Users/{user['id']}", {"If-Match": user["meta"]["version"]}
    title = {"op": "replace", "path": "title", "value": "Dr"}

    assert provider.patch(address, title, headers=first).status_code == 200
    demand_error(provider.patch(address, title, headers=first), 412)
    demand_error(provider.put(address, json=FULL, headers=first), 412)
    demand_error(provider.delete(address, headers=first), 412)
    demand_error(provider.get(address, headers=first), 412)
    for good in ('W/"2"', '"2"', "*", 'W/"7", W/"2"'):
        assert provider.get(address, headers={"If-Match": good}).status_code == 200
    assert provider.delete(address, headers={"If-Match": 'W/"2"'}).status_code == 204


def test_if_none_match_spares_the_body_of_what_is_known(provider: Provider) -> None:
    user = provider.new()
    address = f"/Users/{user['id']}"

    known = provider.get(address, headers={"If-None-Match": user["meta"]["version"]})
    other = provider.get(address, headers={"If-None-Match": 'W/"7"'})

    assert (known.status_code, known.data) == (304, b"")
    assert known.headers["ETag"] == user["meta"]["version"]
    assert other.status_code == 200


def test_head_answers_as_get_without_a_body(provider: Provider) -> None:
    user = provider.new()

    response = provider.send("HEAD", f"/Users/{user['id']}")

    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["ETag"] == user["meta"]["version"]


def test_a_slash_at_the_end_is_no_other_address(provider: Provider) -> None:
    user = provider.post("/Users/", json=FULL).get_json()

    assert provider.get(f"/Users/{user['id']}/").get_json() == provider.get(f"/Users/{user['id']}").get_json()
    assert provider.get(f"{V2}/Users/").get_json()["totalResults"] == 1
