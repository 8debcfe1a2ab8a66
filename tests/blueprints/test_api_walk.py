"""A walk over a list while another client writes: who was there throughout is seen exactly once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from flask import Flask

from tests.api import Api

THROUGHOUT = 40


class Neighbour:
    """Another client, on a thread of its own: between two pages it adds, deletes and perhaps renames people."""

    def __init__(self, api: Api, *, renames: bool) -> None:
        self.api, self.renames, self.numbers = api, renames, count()
        self.going = [api.new(f"{letter}-going")["id"] for letter in "abcdefghijklmnopqrstuvwxyz"]
        self.staying: list[str] = []

    def meddle(self) -> None:
        number = next(self.numbers)
        self.api.new(f"a-new{number}", display_name="A")
        self.api.new(f"z-new{number}", display_name="Z")
        for user_id in (self.going.pop(0), self.going.pop()) if len(self.going) > 1 else ():
            assert self.api.delete(user_id).status_code == 204
        if self.renames:
            first, last = self.staying[number % THROUGHOUT], self.staying[-1 - number % THROUGHOUT]
            self.api.patch(first, json={"user_name": f"zz{number}", "display_name": f"Zz{number}"})
            self.api.patch(last, json={"user_name": f"aa{number}", "display_name": f"Aa{number}"})


def walk(api: Api, sort: str, between: Callable[[], Any]) -> list[str]:
    seen, after = [], None
    while True:
        query = {"sort": sort, "limit": 5} | ({"after": after} if after else {})
        page = api.get(query_string=query).get_json()
        seen += [item["id"] for item in page["items"]]
        if (after := page["next"]) is None:
            return seen
        between()


@pytest.mark.parametrize(
    ("sort", "renames"),
    [
        ("created_at", True),
        ("-created_at", True),
        ("user_name", False),
        ("-user_name", False),
        ("display_name", False),
        ("-display_name", False),
    ],
)
def test_who_is_there_throughout_is_seen_once(app: Flask, sort: str, renames: bool) -> None:
    api = Api(app)
    neighbour = Neighbour(Api(app, organization_id=api.organization_id), renames=renames)
    neighbour.staying = [api.new(f"{'mnopq'[n % 5]}{n}", display_name=f"{n % 7}")["id"] for n in range(THROUGHOUT)]

    with ThreadPoolExecutor(1) as thread:
        seen = walk(api, sort, lambda: thread.submit(neighbour.meddle).result())

    assert {user_id: seen.count(user_id) for user_id in neighbour.staying} == dict.fromkeys(neighbour.staying, 1)
    assert len(set(seen)) == len(seen)


def test_a_walk_beside_a_client_that_never_waits_sees_everybody_once(app: Flask) -> None:
    api = Api(app)
    neighbour = Neighbour(Api(app, organization_id=api.organization_id), renames=True)
    neighbour.staying = [api.new(f"m{number}")["id"] for number in range(THROUGHOUT)]
    going_on = [True]

    def hurry() -> None:
        while going_on:
            neighbour.meddle()

    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(hurry)
        walks = [walk(api, sort, lambda: None) for sort in ("-created_at",) * 5]
        going_on.clear()
        writing.result()

    for seen in walks:
        assert [seen.count(user_id) for user_id in neighbour.staying] == [1] * THROUGHOUT
