"""`Idempotency-Key`: a POST that is sent again is not done again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from roster.cli import purge
from roster.models.token import SCOPES
from tests.api import GROUPS, TOKENS, USERS, Api, demand_problem
from tests.cli.conftest import Run, roster

__all__ = ["roster"]

KEY = {"Idempotency-Key": "key-1"}


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app, *SCOPES)


def kept(response: TestResponse) -> tuple[Any, ...]:
    names = ("Content-Type", "Location", "ETag")
    return (response.status_code, response.data, *(response.headers.get(name) for name in names))


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f'SELECT count(*) FROM "{table}"')) or 0)  # noqa: S608 - our own tables


def test_the_same_again_is_answered_with_the_same_bytes_and_done_once(api: Api, engine: Engine) -> None:
    first = api.post(json={"user_name": "ada"}, headers=KEY)
    again = [api.post(json={"user_name": "ada"}, headers=KEY) for _ in range(3)]

    assert first.status_code == 201
    assert {kept(response) for response in again} == {kept(first)}
    assert "Idempotency-Replayed" not in first.headers
    assert {response.headers["Idempotency-Replayed"] for response in again} == {"true"}
    assert count(engine, "user") == 1


@pytest.mark.parametrize("route", ["suspend", "members", "restore", "rotate"])
def test_every_kind_of_post_is_done_once(api: Api, engine: Engine, route: str) -> None:
    ada, group = api.new("ada")["id"], api.new_group()
    api.delete(group)
    other = api.new_group("other")
    prefix = api.post(TOKENS, json={"name": "t", "scopes": ["users:read"]}).get_json()["token"].split("_")[2][:8]
    path, body = {
        "suspend": (f"{USERS}/{ada}/suspend", {}),
        "members": (f"{other}/members", {"users": [ada]}),
        "restore": (f"{group}/restore", {}),
        "rotate": (f"{TOKENS}/{prefix}/rotate", {"overlap": 0}),
    }[route]

    first = api.post(path, json=body, headers=KEY)
    before = count(engine, "event")
    again = api.post(path, json=body, headers=KEY)

    assert first.status_code in {200, 201}, first.text
    assert kept(again) == kept(first)
    assert count(engine, "event") == before


def test_another_request_with_the_same_key_is_refused(api: Api, engine: Engine) -> None:
    api.post(json={"user_name": "ada"}, headers=KEY)
    ada = api.get().get_json()["items"][0]["id"]

    for path, options in {
        USERS: {"json": {"user_name": "bob"}},
        GROUPS: {"json": {"user_name": "ada"}},
        f"{USERS}?x=1": {"json": {"user_name": "ada"}},
        f"{USERS}/{ada}/suspend": {},
    }.items():
        demand_problem(api.post(path, headers=KEY, **options), 422, "idempotency_key_reused")
    assert count(engine, "user") == 1


def test_a_key_belongs_to_its_token(app: Flask, api: Api) -> None:
    neighbour, stranger = Api(app, *SCOPES, organization_id=api.organization_id), Api(app, *SCOPES)
    api.post(json={"user_name": "ada"}, headers=KEY)

    demand_problem(neighbour.post(json={"user_name": "ada"}, headers=KEY), 409, "user_name_taken")
    assert stranger.post(json={"user_name": "ada"}, headers=KEY).status_code == 201


def test_work_that_failed_leaves_the_key_free(api: Api, engine: Engine) -> None:
    ada = api.new("ada")

    for body, status in (({"user_name": "ADA"}, 409), ({"user_name": ""}, 422), ({"user_name": "ADA"}, 409)):
        response = api.post(json=body, headers=KEY)
        assert (response.status_code, response.headers.get("Idempotency-Replayed")) == (status, None)
    api.delete(ada["id"])

    assert count(engine, "idempotent_request") == 0
    assert api.post(json={"user_name": "ADA"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "ä", "\x7f", "a\tb"])
def test_a_malformed_key_is_told(api: Api, engine: Engine, key: str) -> None:
    response = api.post(json={"user_name": "ada"}, environ_overrides={"HTTP_IDEMPOTENCY_KEY": key})

    problem = demand_problem(response, 400, "malformed_request")
    assert "Idempotency-Key" in problem["detail"]
    assert count(engine, "user") == 0


def test_who_may_not_is_told_so_and_keeps_nothing(app: Flask, api: Api, engine: Engine) -> None:
    reader = Api(app, "users:read", organization_id=api.organization_id)

    demand_problem(reader.post(json={"user_name": "ada"}, headers=KEY), 403, "forbidden")

    assert count(engine, "idempotent_request") == 0


def test_twins_at_once_are_one_and_both_get_its_answer(app: Flask, api: Api, engine: Engine) -> None:
    barrier = Barrier(4)

    def send(name: str) -> TestResponse:
        headers = {"Idempotency-Key": name, "Authorization": f"Bearer {api.token}"}
        barrier.wait(10)
        return app.test_client().post(USERS, json={"user_name": name}, headers=headers)

    for round_ in range(8):
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send, [f"twin{round_}"] * 4))

        assert len({kept(answer) for answer in answers}) == 1, [answer.text for answer in answers]
        assert answers[0].status_code == 201
        assert [answer.headers.get("Idempotency-Replayed") for answer in answers].count("true") == 3
    assert count(engine, "user") == 8


def test_no_text_of_a_token_is_kept(api: Api, engine: Engine) -> None:
    body = {"name": "new", "scopes": ["users:read"]}
    first = api.post(TOKENS, json=body, headers=KEY)
    again = api.post(TOKENS, json=body, headers=KEY)

    token = first.get_json()["token"]
    assert again.get_json() == {"token": token}
    with engine.connect() as connection:
        everything = connection.execute(text("SELECT encode(body, 'escape'), t::text FROM idempotent_request t")).all()
    assert len(everything) == 1
    assert token not in str(everything)
    assert api.get(headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_keys_are_forgotten_after_a_day(api: Api, engine: Engine, roster: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    api.post(json={"user_name": "ada"}, headers=KEY)
    now, counts = datetime.now(UTC), []

    for hours in (23, 25):
        monkeypatch.setattr(purge, "now", lambda hours=hours: now + timedelta(hours=hours))
        assert roster("purge").exit_code == 0
        counts.append(count(engine, "idempotent_request"))

    assert counts == [1, 0]
    demand_problem(api.post(json={"user_name": "ada"}, headers=KEY), 409, "user_name_taken")
