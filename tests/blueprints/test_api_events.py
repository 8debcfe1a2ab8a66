"""The feed of changes by the API."""

from typing import Any

import pytest
from flask import Flask

from roster.models.token import SCOPES
from tests.api import EVENTS, Api, demand_problem


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app, *SCOPES)


def follow(api: Api, after: str | None = None, **query: Any) -> tuple[list[dict[str, Any]], str | None]:
    """Ask until nothing is new, as programs do."""
    events: list[dict[str, Any]] = []
    while True:
        answer = api.get(EVENTS, query_string=query | ({"after": after} if after else {})).get_json()
        events, after = events + answer["items"], answer["next"]
        if not answer["items"]:
            return events, after


def test_a_program_that_keeps_its_place_is_told_everything_once(api: Api) -> None:
    api.new("ada")
    first, place = follow(api, limit=1)
    bob = api.new("bob")
    api.patch(bob["id"], json={"title": "Dr"})

    news, place = follow(api, place, limit=1)

    assert [event["action"] for event in first] == ["organization.created", "token.issued", "user.created"]
    assert [event["action"] for event in news] == ["user.created", "user.changed"]
    assert follow(api, place) == ([], place)
    assert follow(api)[0] == first + news


def test_the_place_stays_where_nothing_is_new(api: Api) -> None:
    _, place = follow(api)

    assert place
    assert api.get(EVENTS, query_string={"after": place}).get_json() == {"items": [], "next": place}


def test_another_organizations_events_are_not_told_not_even_after_its_place(app: Flask, api: Api) -> None:
    stranger = Api(app, *SCOPES)
    stranger.new("carol")
    _, place = follow(stranger)
    api.new("ada")

    told = follow(api)[0] + follow(api, place)[0]

    assert not {event["subject_label"] for event in told} & {"carol"}
    assert str(stranger.organization_id) not in str(told)


@pytest.mark.parametrize("after", ["", "x", "1.x", "-1." + "0" * 32, "9" * 19 + ".", "\0", "1." + "0" * 32 + "\0"])
def test_a_place_that_is_none_is_refused(api: Api, after: str) -> None:
    demand_problem(api.get(EVENTS, query_string={"after": after}), 400, "invalid_cursor")


def test_a_place_of_another_server_is_refused_rather_than_waited_for(api: Api) -> None:
    far = f"{'9' * 19}.{'f' * 32}"

    demand_problem(api.get(EVENTS, query_string={"after": far}), 400, "invalid_cursor")


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"before": "x"}, {"after": "a" * 101}]
)
def test_a_bad_question_is_refused_by_its_name(api: Api, query: dict[str, Any]) -> None:
    demand_problem(api.get(EVENTS, query_string=query), 422, "invalid_input", *query)
