"""Groups by the API: their life, and who is in them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine

from roster import services
from roster.models.token import SCOPES
from roster.services.imports import Line
from tests import factories
from tests.api import GROUPS, USERS, Api, demand_problem
from tests.security.conftest import rows

MEMBERS_ADDED = "group.member_added"


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app, *SCOPES)


@pytest.fixture
def staff(api: Api) -> str:
    return api.new_group("Staff")


def id_of(group: str) -> str:
    return group.rsplit("/", 1)[1]


def members(api: Api, group: str, **query: Any) -> list[str]:
    """The names of the members, from all pages."""
    return [one["user_name"] or one["display_name"] for page in api.pages(f"{group}/members", **query) for one in page]


def test_a_groups_life(api: Api) -> None:
    created = api.post(GROUPS, json={"display_name": " Staff ", "description": "All of us\nreally", "external_id": "7"})
    group = created.get_json()
    path = f"{GROUPS}/{group['id']}"

    assert (created.status_code, created.headers["Location"], created.headers["ETag"]) == (201, path, '"1"')
    assert (group["display_name"], group["description"], group["version"]) == ("Staff", "All of us\nreally", 1)
    assert api.get(path).get_json() == group
    changed = api.patch(path, json={"display_name": "Everybody", "description": None})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.get_json()["description"], changed.get_json()["external_id"]) == (None, "7")
    assert api.delete(path).status_code == 204
    demand_problem(api.get(path), 404, "group_not_found")
    demand_problem(api.patch(path, json={}), 404, "group_not_found")
    [[deleted]] = api.pages(GROUPS, status="deleted")
    assert deleted["deleted_at"]
    restored = api.post(f"{path}/restore")
    assert (restored.status_code, restored.get_json()["deleted_at"]) == (200, None)
    demand_problem(api.post(f"{path}/restore"), 409, "group_not_deleted")


def test_a_name_is_one_groups_in_any_case_until_it_is_deleted(api: Api, staff: str) -> None:
    demand_problem(api.post(GROUPS, json={"display_name": "STAFF"}), 409, "group_name_taken")
    other = api.new_group("other")
    demand_problem(api.patch(other, json={"display_name": "ﬆaff"}), 409, "group_name_taken")

    api.delete(staff)
    api.patch(other, json={"display_name": "staff"})

    demand_problem(api.post(f"{staff}/restore"), 409, "group_name_taken")
    assert api.get(staff).status_code == 404, "nothing is half done"
    restored = api.post(f"{staff}/restore", json={"display_name": "Old staff"})
    assert (restored.status_code, restored.get_json()["display_name"]) == (200, "Old staff")


def test_a_stale_tag_stops_every_write(api: Api, staff: str) -> None:
    api.patch(staff, json={"description": "x"})

    for tag in ('"1"', '"3"', '""'):
        demand_problem(api.get(staff, headers={"If-Match": tag}), 412, "stale_version")
        demand_problem(api.patch(staff, json={}, headers={"If-Match": tag}), 412, "stale_version")
        demand_problem(api.delete(staff, headers={"If-Match": tag}), 412, "stale_version")
    assert api.get(staff, headers={"If-None-Match": '"2"'}).status_code == 304
    assert api.delete(staff, headers={"If-Match": '"2"'}).status_code == 204


def test_of_two_editors_at_once_one_is_told(app: Flask, api: Api, staff: str) -> None:
    """Neither may overwrite the other, whoever is first: version and write are one."""
    for round_ in range(10):
        tag = api.get(staff).headers["ETag"]

        def edit(text: str, tag: str = tag) -> int:
            client = app.test_client()
            headers = {"Authorization": f"Bearer {api.token}", "If-Match": tag}
            return client.patch(staff, json={"description": text}, headers=headers).status_code

        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(pool.map(edit, [f"{round_}-{number}" for number in range(4)]))

        assert statuses == [200, 412, 412, 412]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "display_name"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": None}, "display_name"),
        ({"display_name": "a\nb"}, "display_name"),
        ({"display_name": "a" * 256}, "display_name"),
        ({"display_name": "a", "description": "a" * 2001}, "description"),
        ({"display_name": "a", "members": []}, "members"),
    ],
)
def test_what_is_wrong_is_told_by_its_name(api: Api, body: dict[str, Any], field: str) -> None:
    demand_problem(api.post(GROUPS, json=body), 422, "invalid_input", field)


def test_lists_are_searched_sorted_and_paged(api: Api) -> None:
    for name in ("Falcon", "Étoile", "banana", "apple", "Cherry"):
        api.new_group(name, description=f"{name} people")

    pages = api.pages(GROUPS, sort="display_name", limit=3)

    assert [[one["display_name"] for one in page] for page in pages] == [
        ["apple", "banana", "Cherry"],
        ["Étoile", "Falcon"],
    ]
    assert 'rel="next"' in api.get(GROUPS, query_string={"limit": 1}).headers["Link"]
    [[found]] = api.pages(GROUPS, q="PEOPLE etoile")
    assert found["display_name"] == "Étoile"
    demand_problem(api.get(GROUPS, query_string={"sort": "id", "x": 1}), 422, "invalid_input", "sort", "x")
    demand_problem(api.get(GROUPS, query_string={"after": "nonsense"}), 400, "invalid_cursor")


def test_members_are_put_in_and_taken_out(api: Api, staff: str) -> None:
    ada, bob = api.new("ada")["id"], api.new("bob")["id"]
    team = id_of(api.new_group("team"))

    assert api.post(f"{staff}/members", json={"users": [ada, bob, ada], "groups": [team]}).get_json() == {"changed": 3}
    assert api.post(f"{staff}/members", json={"users": [ada]}).get_json() == {"changed": 0}
    assert members(api, staff) == ["ada", "bob", "team"]
    assert api.delete(f"{staff}/members/{team}").status_code == 204
    assert api.post(f"{staff}/members/remove", json={"users": [ada, str(uuid4())]}).get_json() == {"changed": 1}

    [[only]] = api.pages(f"{staff}/members")
    assert (only["type"], only["id"], only["user_name"]) == ("user", bob, "bob")
    assert api.get(staff).get_json()["version"] == 1, "members are no part of the group itself"


def test_five_thousand_come_and_go_in_one_call(app: Flask, api: Api, staff: str) -> None:
    with app.app_context():
        lines = [Line(number, {"user_name": f"u{number}"}) for number in range(5000)]
        services.imports.users(factories.actor(api.organization_id), lines, on_error="rollback", at=factories.NOW)
        ids = services.users.ids(api.organization_id, limit=5000)
    body = {"users": [str(key) for key in ids]}

    assert api.post(f"{staff}/members", json=body).get_json() == {"changed": 5000}
    assert len(members(api, staff, limit=200)) == 5000
    assert api.post(f"{staff}/members/remove", json=body).get_json() == {"changed": 5000}
    demand_problem(
        api.post(f"{staff}/members", json={"users": [*body["users"], str(uuid4())]}), 422, "invalid_input", "users"
    )
    assert members(api, staff) == []


def test_who_is_missing_is_named_and_nothing_is_half_done(api: Api, staff: str, engine: Engine) -> None:
    ada, gone, nobody, nothing = api.new("ada")["id"], api.new("gone")["id"], str(uuid4()), str(uuid4())
    api.delete(gone)
    before = rows(engine)

    problem = demand_problem(
        api.post(f"{staff}/members", json={"users": [ada, gone, nobody], "groups": [nothing]}),
        422,
        *("member_not_found", "groups", "users", "users"),
    )

    told = " ".join(error["message"] for error in problem["errors"])
    assert all(key in told for key in (gone, nobody, nothing))
    assert ada not in told
    assert rows(engine) == before


@pytest.mark.parametrize("body", [{}, {"users": []}, {"users": ["x"]}, {"users": "x"}, {"user": []}, {"users": [None]}])
def test_members_are_ids(api: Api, staff: str, body: Any) -> None:
    response = api.post(f"{staff}/members", json=body)

    assert (response.status_code, response.get_json()["code"]) == (422, "invalid_input")


def test_a_circle_is_a_conflict(api: Api) -> None:
    top, middle, low = (api.new_group(name) for name in ("top", "middle", "low"))
    assert api.post(f"{top}/members", json={"groups": [id_of(middle)]}).status_code == 200
    assert api.post(f"{middle}/members", json={"groups": [id_of(low)]}).status_code == 200

    for inner in (top, middle, low):
        demand_problem(api.post(f"{low}/members", json={"groups": [id_of(inner)]}), 409, "circular_groups")

    assert members(api, low) == []


def test_members_are_paged_while_others_come_and_go(api: Api, staff: str) -> None:
    staying = [api.new(f"s{number}")["id"] for number in range(12)]
    going = [api.new(f"g{number}")["id"] for number in range(6)]
    api.post(f"{staff}/members", json={"users": [*staying, *going]})
    seen, after = [], None

    while True:
        page = api.get(f"{staff}/members", query_string={"limit": 5} | ({"after": after} if after else {})).get_json()
        seen += [one["id"] for one in page["items"]]
        if (after := page["next"]) is None:
            break
        api.post(f"{staff}/members/remove", json={"users": [going.pop(), going.pop(0)]})
        api.post(f"{staff}/members", json={"users": [api.new(f"new{len(seen)}")["id"]]})

    assert [seen.count(key) for key in staying] == [1] * 12
    assert len(seen) == len(set(seen))


def test_a_users_groups_are_direct_or_by_way_of_others(api: Api, staff: str) -> None:
    team, ada = api.new_group("a team"), api.new("ada")["id"]
    api.post(f"{staff}/members", json={"groups": [id_of(team)]})
    api.post(f"{team}/members", json={"users": [ada]})

    answer = api.get(f"{USERS}/{ada}/groups").get_json()

    assert [(one["display_name"], one["direct"]) for one in answer["items"]] == [("a team", True), ("Staff", False)]
    assert answer["next"] is None
    demand_problem(api.get(f"{USERS}/{uuid4()}/groups"), 404, "user_not_found")


def test_a_groups_groups_are_direct_or_by_way_of_others(api: Api, staff: str) -> None:
    inner, middle = api.new_group("inner"), api.new_group("middle")
    for group, member in ((middle, inner), (staff, middle)):
        api.post(f"{group}/members", json={"groups": [member.rpartition("/")[2]]})

    answer = api.get(f"{inner}/groups").get_json()
    api.delete(middle)

    assert [(one["display_name"], one["direct"]) for one in answer["items"]] == [("middle", True), ("Staff", False)]
    assert answer["next"] is None
    assert api.get(f"{inner}/groups").get_json()["items"] == []
    demand_problem(api.get(f"{middle}/groups"), 404, "group_not_found")


def test_members_come_back_with_the_group_and_with_the_user(api: Api, staff: str) -> None:
    ada = api.new("ada")["id"]
    api.post(f"{staff}/members", json={"users": [ada]})

    api.delete(ada)
    assert members(api, staff) == []
    api.post(f"{ada}/restore")
    api.delete(staff)
    assert api.get(f"{ada}/groups").get_json()["items"] == []
    api.post(f"{staff}/restore")

    assert members(api, staff) == ["ada"]
