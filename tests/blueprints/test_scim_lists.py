"""Lists over SCIM: filters, order, pages by number and by cursor, and searches in a body."""

import re
from typing import Any

import pytest
from flask import Flask

from roster.scim.attributes import LIST_URN, SEARCH_URN
from tests.provider import Provider, demand_error


@pytest.fixture
def provider(app: Flask) -> Provider:
    return Provider(app)


@pytest.fixture
def seven(provider: Provider) -> list[str]:
    return [provider.new(f"user{number}", title=f"T{number % 2}")["userName"] for number in range(7)]


def page(provider: Provider, path: str = "/Users", **query: Any) -> dict[str, Any]:
    response = provider.get(path, query_string=query)
    assert response.status_code == 200, response.text
    found = dict(response.get_json())
    assert found["schemas"] == [LIST_URN]
    assert found["itemsPerPage"] == len(found["Resources"])
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [resource.get("userName") or resource["displayName"] for resource in found["Resources"]]


@pytest.mark.parametrize(
    ("query", "start", "expected"),
    [
        ({}, 1, slice(0, 7)),
        ({"count": 3}, 1, slice(0, 3)),
        ({"startIndex": 6, "count": 3}, 6, slice(5, 7)),
        ({"startIndex": 0, "count": 2}, 1, slice(0, 2)),
        ({"startIndex": -5, "count": 2}, 1, slice(0, 2)),
        ({"startIndex": 8}, 8, slice(7, 7)),
        ({"count": 0}, 1, slice(0, 0)),
        ({"count": -1}, 1, slice(0, 0)),
        ({"count": 10**30}, 1, slice(0, 7)),
        ({"startIndex": "", "count": "", "unknown": "x"}, 1, slice(0, 7)),
    ],
)
def test_a_page_is_named_by_where_it_begins_and_how_much_it_has(
    provider: Provider, seven: list[str], query: dict[str, Any], start: int, expected: slice
) -> None:
    found = page(provider, **query)

    assert (found["totalResults"], found["startIndex"]) == (7, start)
    assert names(found) == seven[expected]
    assert "nextCursor" not in found


def test_a_list_of_nothing_is_no_failure(provider: Provider) -> None:
    found = page(provider, filter='userName eq "nobody"')

    assert (found["totalResults"], found["itemsPerPage"], found["Resources"]) == (0, 0, [])


def test_lists_are_sorted_as_asked_for(provider: Provider, seven: list[str]) -> None:
    assert names(page(provider, sortBy="userName", sortOrder="descending")) == seven[::-1]
    assert names(page(provider, sortBy="userName")) == seven
    titles = [user["title"] for user in page(provider, sortBy="title", sortOrder="Descending")["Resources"]]
    assert titles == sorted(titles, reverse=True)


def test_a_walk_by_cursor_meets_everybody_once(provider: Provider, seven: list[str]) -> None:
    met, cursor, pages = [], "", 0
    while cursor is not None:
        found = page(provider, cursor=cursor, count=3)
        assert found["totalResults"] == 7
        assert "startIndex" not in found
        met += names(found)
        pages += 1
        cursor = found.get("nextCursor")
        assert cursor is None or re.fullmatch(r"[A-Za-z0-9._~-]+", cursor)

    assert (met, pages) == (seven, 3)


def test_a_cursor_that_was_not_given_out_is_refused(provider: Provider) -> None:
    for path in ("/Users", "/Groups", "/"):
        demand_error(provider.get(path, query_string={"cursor": "nonsense"}), 400, "invalidCursor")


@pytest.mark.parametrize(
    ("query", "scim_type"),
    [
        ({"filter": ""}, "invalidFilter"),
        ({"filter": "userName"}, "invalidFilter"),
        ({"filter": 'noSuchThing eq "x"'}, "invalidFilter"),
        ({"filter": "userName eq x"}, "invalidFilter"),
        ({"filter": 'active gt "x"'}, "invalidFilter"),
        ({"filter": "(" * 200 + "active pr" + ")" * 200}, "invalidFilter"),
        ({"filter": f'userName eq "{"x" * 5000}"'}, "invalidFilter"),
        ({"sortBy": "noSuchThing"}, "invalidPath"),
        ({"sortOrder": "sideways"}, "invalidValue"),
        ({"count": "many"}, "invalidValue"),
        ({"startIndex": "1.5"}, "invalidValue"),
    ],
)
def test_a_question_that_can_not_be_read_is_refused_and_never_ignored(
    provider: Provider, query: dict[str, str], scim_type: str
) -> None:
    provider.new()

    for path in ("/Users", "/"):
        demand_error(provider.get(path, query_string=query), 400, scim_type)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, slice(0, 7)),
        ({"filter": 'userName sw "USER"', "startIndex": 2, "count": 2}, slice(1, 3)),
        ({"FILTER": 'userName eq "user3"', "attributes": ["userName"]}, slice(3, 4)),
        ({"sortBy": "userName", "sortOrder": "ascending", "count": "2", "cursor": ""}, slice(0, 2)),
    ],
)
def test_a_search_in_a_body_finds_what_the_address_would(
    provider: Provider, seven: list[str], body: dict[str, Any], expected: slice
) -> None:
    response = provider.post("/Users/.search", json={"schemas": [SEARCH_URN]} | body)

    assert response.status_code == 200, response.text
    assert names(response.get_json()) == seven[expected]


def test_a_search_shows_what_it_asks_for(provider: Provider) -> None:
    user = provider.new(title="Dr")
    bodies: list[dict[str, Any]] = [
        {"attributes": ["userName"]},
        {"attributes": "userName"},
        {"excludedAttributes": ["title", "active", "meta"]},
    ]

    for body in bodies:
        [found] = provider.post("/Users/.search", json={"schemas": [SEARCH_URN]} | body).get_json()["Resources"]
        assert found == {"schemas": user["schemas"], "id": user["id"], "userName": user["userName"]}


@pytest.mark.parametrize(
    ("body", "scim_type"),
    [
        ([], "invalidSyntax"),
        ({"schemas": ["urn:x"]}, "invalidSyntax"),
        ({"schemas": [SEARCH_URN], "count": True}, "invalidValue"),
        ({"schemas": [SEARCH_URN], "attributes": [1]}, "invalidValue"),
        ({"schemas": [SEARCH_URN], "filter": 1}, "invalidValue"),
        ({"schemas": [SEARCH_URN], "filter": "x"}, "invalidFilter"),
    ],
)
def test_a_search_that_can_not_be_read_is_refused(provider: Provider, body: Any, scim_type: str) -> None:
    for path in ("/Users/.search", "/Groups/.search", "/.search"):
        demand_error(provider.post(path, json=body), 400, scim_type)


def test_the_root_finds_users_and_groups(provider: Provider, seven: list[str]) -> None:
    groups = [provider.new_group(f"Group{number}")["displayName"] for number in range(4)]
    everything = seven + groups

    assert names(page(provider, "/")) == everything
    assert names(page(provider, "/", startIndex=6, count=4)) == everything[5:9]
    assert names(page(provider, "/", startIndex=9, count=2)) == everything[8:10]
    assert page(provider, "/", count=0)["totalResults"] == 11
    body = {"schemas": [SEARCH_URN], "filter": 'meta.resourceType eq "Group"'}
    assert names(provider.post("/.search", json=body).get_json()) == groups


def test_at_the_root_what_only_one_type_has_finds_nothing_among_the_other(provider: Provider) -> None:
    provider.new("ada", displayName="Same")
    provider.new_group("Same")

    assert names(page(provider, "/", filter='userName eq "ada"')) == ["ada"]
    assert names(page(provider, "/", filter='displayName eq "same"')) == ["ada", "Same"]
    assert names(page(provider, "/", filter='userName eq "ada" or displayName eq "Same"')) == ["ada", "Same"]
    assert names(page(provider, "/", filter="members pr or not (userName pr)")) == ["Same"]
    demand_error(provider.get("/", query_string={"filter": "noSuchThing pr"}), 400, "invalidFilter")


def test_a_walk_over_the_root_meets_everything_once(provider: Provider, seven: list[str]) -> None:
    groups = [provider.new_group(f"Group{number}")["displayName"] for number in range(4)]
    met, cursor = [], ""

    while cursor is not None:
        found = page(provider, "/", cursor=cursor, count=3)
        assert found["totalResults"] == 11
        met += names(found)
        cursor = found.get("nextCursor")

    assert met == seven + groups
