"""Lists of users: pages, links, search, filters, order."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests.api import USERS, Api, demand_problem, names


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


def test_an_empty_list_is_one_page(api: Api) -> None:
    response = api.get()

    assert response.get_json() == {"items": [], "next": None}
    assert "Link" not in response.headers


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_next_walks_over_everybody(api: Api, limit: int) -> None:
    for name in "abcde":
        api.new(name)

    pages = api.pages(limit=limit)

    assert [name for page in pages for name in names(page)] == list("abcde")
    assert len(pages) == -(-5 // limit)


def test_the_link_header_is_the_next_page_with_all_that_was_asked(api: Api) -> None:
    for number in range(3):
        api.new(f"ada & {number}", active=number != 1)

    first = api.get(query_string={"limit": 1, "q": "ada &", "status": "active", "sort": "-user_name"})
    url, relation = first.headers["Link"].split(">; ")
    second = api.get(url.removeprefix("<"))

    assert relation == 'rel="next"'
    asked = {"limit": ["1"], "q": ["ada &"], "status": ["active"], "sort": ["-user_name"]}
    assert parse_qs(urlsplit(url).query) == asked | {"after": [first.get_json()["next"]]}
    assert urlsplit(url.removeprefix("<")).path == USERS
    assert names(first.get_json()["items"]) == ["ada & 2"]
    assert names(second.get_json()["items"]) == ["ada & 0"]
    assert "Link" not in second.headers


def test_status_chooses(api: Api) -> None:
    api.new("active")
    api.new("suspended", active=False)
    api.delete(api.new("deleted")["id"])

    found = {
        status: names(api.get(query_string={"status": status}).get_json()["items"])
        for status in ("live", "active", "suspended", "deleted")
    }

    assert found == {
        "live": ["active", "suspended"],
        "active": ["active"],
        "suspended": ["suspended"],
        "deleted": ["deleted"],
    }


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("zoe", ["zoe"]),
        ("ZOË", ["zoe"]),
        ("deschanel zoe", ["zoe"]),
        ("z@x", ["zoe"]),
        ("second@", ["zoe"]),
        ("zoe bob", []),
        ("cent", ["per%cent"]),
        ("per%", ["per%cent"]),
        ("%", []),
        ("scor under_s", ["under_score"]),
        ("nder", []),
        ("\\", []),
        ("'", []),
        ("':* | '", []),
        ("李", ["li"]),
        ("龍", ["li"]),
        ("  ", ["zoe", "per%cent", "under_score", "li"]),
    ],
)
def test_q_finds_beginnings_of_words_in_names_and_addresses(api: Api, q: str, found: list[str]) -> None:
    addresses = [{"value": "z@x.test"}, {"value": "second@x.test"}]
    api.new("zoe", given_name="Zoë", family_name="Deschanel", emails=addresses)
    api.new("per%cent")
    api.new("under_score")
    api.new("li", display_name="李小龍")

    assert names(api.get(query_string={"q": q}).get_json()["items"]) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("created_at", "cab"),
        ("-created_at", "bac"),
        ("user_name", "abc"),
        ("-user_name", "cba"),
        ("display_name", "bca"),
        ("-display_name", "acb"),
        ("updated_at", "cba"),
        ("-updated_at", "abc"),
    ],
)
def test_sort_orders(api: Api, sort: str, order: str) -> None:
    api.new("c", display_name="Émile")
    first = api.new("a", display_name="zoë")
    api.new("b", display_name="Älva")
    api.patch(first["id"], json={"title": "last changed"})

    pages = api.pages(sort=sort, limit=1)

    assert [name for page in pages for name in names(page)] == list(order)


def test_equal_names_are_all_seen(api: Api) -> None:
    for number in range(5):
        api.new(f"user{number}", display_name="The Same")

    for sort in ("display_name", "-display_name"):
        seen = [name for page in api.pages(sort=sort, limit=2) for name in names(page)]
        assert sorted(seen) == [f"user{number}" for number in range(5)]


def test_a_cursor_belongs_to_its_order(api: Api) -> None:
    for name in "ab":
        api.new(name)
    cursor = api.get(query_string={"limit": 1, "sort": "user_name"}).get_json()["next"]

    for sort in ("-user_name", "display_name", "created_at"):
        demand_problem(api.get(query_string={"sort": sort, "after": cursor}), 400, "invalid_cursor")


def test_a_page_goes_on_after_its_last_person_is_gone(api: Api) -> None:
    users = [api.new(name) for name in "abc"]
    first = api.get(query_string={"limit": 2}).get_json()
    api.delete(users[1]["id"])

    second = api.get(query_string={"limit": 2, "after": first["next"]}).get_json()

    assert names(second["items"]) == ["c"]


def test_a_list_is_like_each_of_its_users(api: Api) -> None:
    user = api.new("ada", given_name="Ada", emails=[{"value": "b@x.test"}, {"value": "a@x.test", "primary": True}])

    [item] = api.get().get_json()["items"]

    assert item == user


@pytest.mark.parametrize("query", ["limit=1&limit=2", "q=a&q=a", "after=&after=", "nonsense=1&nonsense=2"])
def test_what_is_asked_twice_is_refused_by_its_name(api: Api, query: str) -> None:
    demand_problem(api.get(query_string=query), 422, "invalid_input", query.partition("=")[0])
