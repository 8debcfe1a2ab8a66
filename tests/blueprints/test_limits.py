"""How often a token may ask, whom a proxy may speak for, and which hosts are answered to."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify, request

from roster.app import create_app
from roster.blueprints.every_request import counters
from roster.config import Settings
from roster.database import database
from tests import factories
from tests.api import USERS, Api, demand_problem

Make = Callable[..., Flask]


@pytest.fixture
def make(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Make]:
    """Make a Roster with settings of its own, and a route that tells who asks. Its schema is there, thanks to `app`."""
    engines = []

    def made(**settings: Any) -> Flask:
        own = create_app(Settings(database_url=database_url, secret_key="only for tests", **settings), tmp_path)
        own.add_url_rule("/probe", view_func=lambda: jsonify([request.remote_addr, request.host_url]))
        with own.app_context():
            engines.append(database.engine)
        return own

    yield made
    for engine in engines:
        engine.dispose()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [2_000_000_000.0]
    monkeypatch.setattr(counters, "time", lambda: now[0])
    monkeypatch.setattr("roster.blueprints.every_request.limits.time", lambda: now[0])
    return now


def test_a_token_that_asks_too_often_is_told_when_it_may_again(make: Make, clock: list[float]) -> None:
    api = Api(make(token_limit="3/minute"))
    neighbour = Api(api.client.application, organization_id=api.organization_id)

    assert [api.get().status_code for _ in range(3)] == [200] * 3
    clock[0] += 20.5
    response = api.get()

    demand_problem(response, 429, "too_many_requests")
    assert response.headers["Retry-After"] == "40"
    assert neighbour.get().status_code == 200
    clock[0] += 40
    assert api.get().status_code == 200


def test_every_route_counts_and_none_is_done_beyond_the_limit(make: Make, clock: list[float]) -> None:
    api = Api(make(token_limit="2/hour"))

    assert api.post(json={"user_name": "ada"}).status_code == 201
    assert api.get("/api/v1/groups").status_code == 403, "what is not allowed counts, too"
    demand_problem(api.post(json={"user_name": "bob"}), 429, "too_many_requests")

    clock[0] += 3600
    assert [user["user_name"] for user in api.get().get_json()["items"]] == ["ada"]


def test_who_has_no_good_token_is_told_that_and_counts_for_nobody(make: Make) -> None:
    api = Api(make(token_limit="1/hour"))

    for _ in range(3):
        demand_problem(
            api.get(headers={"Authorization": f"Bearer {api.token[:-33]}{'0' * 33}"}), 401, "unauthenticated"
        )

    assert api.get().status_code == 200


def test_forked_workers_count_a_tokens_requests_together(make: Make) -> None:
    own = make(token_limit="10/hour")
    api = Api(own)

    workers = []
    for _ in range(3):
        if (pid := os.fork()) == 0:
            with own.app_context():
                database.engine.dispose(close=False)  # as gunicorn.conf.py does
            os._exit([api.get().status_code for _ in range(8)].count(200))
        workers.append(pid)
    answered = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in workers]

    assert sum(answered) == 10
    assert api.get().status_code == 429


FORWARDED = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.test"}


@pytest.mark.parametrize(
    ("proxies", "told"),
    [
        (0, ["127.0.0.1", "http://localhost/"]),
        (1, ["198.51.100.7", "https://a.test/"]),
        (2, ["203.0.113.9", "http://localhost/"]),  # two would have said scheme and host twice
    ],
)
def test_only_so_many_proxies_are_believed(make: Make, proxies: int, told: list[str]) -> None:
    client = make(proxies=proxies).test_client()

    assert client.get("/probe", headers=FORWARDED).get_json() == told
    assert client.get("/probe").get_json() == ["127.0.0.1", "http://localhost/"]


def test_who_makes_addresses_up_does_not_escape_the_limit_of_sign_ins(make: Make) -> None:
    own = make(sign_in_limit="3/hour")
    own.config["WTF_CSRF_ENABLED"] = False
    with own.app_context():
        form = {"email": factories.administrator(), "password": "wrong"}
    client = own.test_client()

    statuses = [
        client.post("/admin/login", data=form, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(5)
    ]

    assert statuses[3:] == [429, 429]
    assert 429 not in statuses[:3]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("roster.example.com", 200),
        ("roster.example.com:8443", 200),
        ("a.example.org", 200),
        ("example.com", 400),
        ("roster.example.com.evil.test", 400),
        ("evil.test", 400),
        ("127.0.0.1", 400),
    ],
)
def test_only_our_hosts_are_answered_to_each_in_its_doors_voice(make: Make, host: str, status: int) -> None:
    own = make(hosts=("roster.example.com", ".example.org"))
    api = Api(own)

    answer, page = api.get(headers={"Host": host}), own.test_client().get("/probe", headers={"Host": host})

    assert (answer.status_code, page.status_code) == (status, status)
    if status == 400:
        demand_problem(answer, 400, "bad_request")
        assert page.mimetype == "text/html"
        assert host not in page.text
        assert own.test_client().post(USERS, headers={"Host": host}).status_code == 400


def test_without_a_list_any_host_is_answered_to(make: Make) -> None:
    assert make().test_client().get("/healthz", headers={"Host": "any.test"}).status_code == 200
