"""The whole life of a user, over the JSON API."""

import unicodedata
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.api import USERS, Api, demand_problem, names

MEMBERS = [
    *("id", "user_name", "display_name", "given_name", "family_name", "email", "emails", "title", "department"),
    *("active", "external_id", "attributes", "created_at", "updated_at", "deleted_at", "version"),
]


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


def test_a_user_is_created_with_everything_that_was_said(api: Api) -> None:
    said = {
        "user_name": "ada",
        "display_name": "The Countess",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "emails": [
            {"value": "home@example.test", "type": None, "primary": False},
            {"value": "ada@example.test", "type": "work", "primary": True},
        ],
        "title": "Countess",
        "department": "Engines",
        "active": False,
        "external_id": "e-1",
        "attributes": {"languages": ["en", "fr"], "born": 1815, "tall": None, "height": 1.6},
    }

    response = api.post(json=said)

    user = response.get_json()
    assert response.status_code == 201
    assert list(user) == MEMBERS
    assert {name: user[name] for name in said} == said
    assert user["email"] == "ada@example.test"
    assert (user["version"], user["deleted_at"], UUID(user["id"]).version) == (1, None, 7)
    assert user["created_at"] == user["updated_at"]
    assert user["created_at"].endswith("Z")
    assert response.headers["Location"] == f"{USERS}/{user['id']}"
    assert api.get(response.headers["Location"]).get_json() == user


def test_a_user_name_alone_is_enough(api: Api) -> None:
    user = api.new("grace")

    assert (user["display_name"], user["active"], user["emails"], user["attributes"]) == ("grace", True, [], {})


def test_a_change_names_what_changes_and_null_clears(api: Api) -> None:
    user = api.new("ada", given_name="Ada", title="Countess", department="Engines")

    changed = api.patch(user["id"], json={"family_name": "King", "title": None}).get_json()

    assert (changed["display_name"], changed["title"], changed["department"]) == ("Ada King", None, "Engines")
    assert changed["version"] == 2
    assert changed["updated_at"] > user["updated_at"]
    assert changed["created_at"] == user["created_at"]


def test_a_merge_patch_is_read_as_json(api: Api) -> None:
    user = api.new()

    response = api.patch(user["id"], data=b'{"title": "Dr"}', content_type="application/merge-patch+json")

    assert response.get_json()["title"] == "Dr"


def test_a_change_that_changes_nothing_counts_no_version(api: Api) -> None:
    user = api.new("ada", title="Dr")

    assert api.patch(user["id"], json={"title": "Dr"}).get_json()["version"] == 1
    assert api.patch(user["id"], json={}).get_json()["version"] == 1
    assert api.patch(user["id"]).get_json()["version"] == 1


def test_the_primary_address_is_changed_alone_and_the_others_stay(api: Api) -> None:
    user = api.new("ada", emails=[{"value": "a@x.test", "type": "work"}, {"value": "b@x.test"}])
    assert user["email"] == "a@x.test"

    changed = api.patch(user["id"], json={"email": "c@x.test"}).get_json()
    gone = api.patch(user["id"], json={"email": None}).get_json()

    assert [email["value"] for email in changed["emails"]] == ["c@x.test", "b@x.test"]
    assert changed["emails"][0] == {"value": "c@x.test", "type": "work", "primary": True}
    assert [email["value"] for email in gone["emails"]] == ["b@x.test"]


def test_a_suspended_user_is_found_and_comes_back(api: Api) -> None:
    user = api.new()

    suspended = api.post(f"{user['id']}/suspend").get_json()
    again = api.post(f"{user['id']}/suspend").get_json()
    activated = api.post(f"{user['id']}/activate").get_json()

    assert (suspended["active"], suspended["version"]) == (False, 2)
    assert (again["active"], again["version"]) == (False, 2)
    assert (activated["active"], activated["version"]) == (True, 3)


def test_a_deleted_user_is_nowhere_and_their_name_is_free(api: Api) -> None:
    user = api.new("ada")

    response = api.delete(user["id"])

    assert (response.status_code, response.data) == (204, b"")
    for method, path in [
        ("GET", user["id"]),
        ("PATCH", user["id"]),
        ("DELETE", user["id"]),
        ("POST", f"{user['id']}/suspend"),
        ("POST", f"{user['id']}/activate"),
    ]:
        demand_problem(api.send(method, path), 404, "user_not_found")
    assert api.get().get_json()["items"] == []
    assert api.new("Ada")["id"] != user["id"]


def test_a_deleted_user_is_restored_as_they_were(api: Api) -> None:
    user = api.new("ada", given_name="Ada", email="ada@x.test", attributes={"a": 1})
    api.delete(user["id"])
    deleted = api.get(query_string={"status": "deleted"}).get_json()["items"]

    restored = api.post(f"{user['id']}/restore").get_json()

    assert [(item["id"], item["deleted_at"] is None) for item in deleted] == [(user["id"], False)]
    assert restored | {"version": 1, "updated_at": user["updated_at"]} == user
    assert restored["version"] == 3
    assert api.get(user["id"]).get_json() == restored


def test_a_user_whose_name_was_taken_is_restored_under_another(api: Api) -> None:
    user = api.new("ada")
    api.delete(user["id"])
    api.new("ADA")

    demand_problem(api.post(f"{user['id']}/restore"), 409, "user_name_taken")
    assert api.get(query_string={"status": "deleted"}).get_json()["items"][0]["version"] == 2
    restored = api.post(f"{user['id']}/restore", json={"user_name": "ada2"})

    assert restored.get_json()["user_name"] == "ada2"
    assert sorted(names(api.get().get_json()["items"])) == ["ADA", "ada2"]


def test_who_is_not_deleted_can_not_be_restored(api: Api) -> None:
    user = api.new()

    demand_problem(api.post(f"{user['id']}/restore"), 409, "user_not_deleted")


@pytest.mark.parametrize("other", ["ada ﬁsh", "ADA ﬁSH", "ADA FISH", "ａｄａ\u3000ｆｉｓｈ", " ada fish "])  # noqa: RUF001
def test_names_that_read_the_same_are_the_same(api: Api, other: str) -> None:
    user, second = api.new("ada fish"), api.new("grace")

    demand_problem(api.post(json={"user_name": other}), 409, "user_name_taken")
    demand_problem(api.patch(second["id"], json={"user_name": other}), 409, "user_name_taken")
    mine = api.patch(user["id"], json={"user_name": other})

    assert mine.status_code == 200
    assert api.get(second["id"]).get_json() == second


@pytest.mark.parametrize(
    ("one", "other"), [("Straße", "STRASSE"), ("e\u0301ric", "ÉRIC"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("①", "1"), ("Å", "Å")]
)
def test_case_and_composition_make_no_other_name(api: Api, one: str, other: str) -> None:
    api.new(one)

    demand_problem(api.post(json={"user_name": other}), 409, "user_name_taken")


def test_the_same_name_is_free_in_another_organization(app: Flask, api: Api) -> None:
    api.new("ada")

    assert Api(app).new("ada")["user_name"] == "ada"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "{id}"),
        ("PATCH", "{id}"),
        ("DELETE", "{id}"),
        ("POST", "{id}/suspend"),
        ("POST", "{id}/activate"),
        ("POST", "{id}/restore"),
    ],
)
def test_another_organizations_user_is_not_found_by_any_route(app: Flask, api: Api, method: str, path: str) -> None:
    theirs = Api(app)
    live, deleted = theirs.new("live"), theirs.new("deleted")
    theirs.delete(deleted["id"])

    for user_id in (live["id"], deleted["id"], uuid4()):
        demand_problem(api.send(method, path.format(id=user_id)), 404, "user_not_found")

    assert theirs.get(live["id"]).get_json() == live
    assert api.get(query_string={"q": "e"}).get_json()["items"] == []


def test_a_name_made_of_long_names_ends_where_the_column_does(api: Api) -> None:
    user = api.new("ada", given_name="A" * 255, family_name="L" * 255)

    changed = api.patch(user["id"], json={"given_name": "Ada"}).get_json()

    assert user["display_name"] == "A" * 255
    assert changed["display_name"] == "Ada " + "L" * 251


@pytest.mark.parametrize("number", [1e300, -1e-300, 5e-324, 1e20, 2**63 - 1, -(2**63), 0.1, 1.0, -0.0])
def test_numbers_in_attributes_come_back_as_they_were(api: Api, number: float) -> None:
    user = api.new("ada", attributes={"number": number})

    assert api.get(user["id"]).get_json()["attributes"] == {"number": number}
    assert api.patch(user["id"], json={"attributes": {"number": number}}).get_json()["version"] == 1


def test_every_script_is_welcome(api: Api) -> None:
    user = api.new()

    for text in ("Ẹ̀bùn", "李小龍", "محمد", "שָׁלוֹם", "ਗੁਰੂ", "👩🏽‍🚀", "Žižek", "Đặng", "ქართული", "ᏣᎳᎩ"):
        values = {"user_name": text, "given_name": text, "email": f"{text}@{text}.test"}
        changed = api.patch(user["id"], json=values).get_json()

        found = api.get(query_string={"q": text}).get_json()["items"]
        assert found == [changed]
        assert {name: changed[name] for name in values} == {
            name: unicodedata.normalize("NFC", value) for name, value in values.items()
        }


def test_a_suspension_has_a_reason_that_its_event_keeps_or_none(app: Flask) -> None:
    api = Api(app, "users:read", "users:write", "events:read")
    user = api.new()

    for body, told in (({"reason": "On leave"}, {"reason": [None, "On leave"]}), ({}, {})):
        suspended = api.post(f"{user['id']}/suspend", json=body)
        [event, *_] = api.get(f"{user['id']}/events").get_json()["items"]
        assert (suspended.status_code, suspended.get_json()["active"]) == (200, False)
        assert event["changes"] == {"active": [True, False]} | told
        assert api.post(f"{user['id']}/activate").status_code == 200


@pytest.mark.parametrize("act", ["suspend", "activate"])
def test_what_has_no_place_in_an_act_is_refused(app: Flask, act: str) -> None:
    api = Api(app)
    user = api.new()

    demand_problem(api.post(f"{user['id']}/{act}", json={"why": "x"}), 422, "invalid_input", "why")
    demand_problem(api.post(f"{user['id']}/{act}", data="{", content_type="application/json"), 400, "malformed_request")
    demand_problem(api.post(f"{user['id']}/{act}", data="x", content_type="text/plain"), 415, "unsupported_media_type")
    assert api.get(user["id"]).get_json() == user
