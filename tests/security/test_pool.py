"""After 1,000 requests of every kind, also failing ones, no connection is checked out of the pool."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice, product
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from roster.repositories import core
from tests.api import Api

numbers = count()


def requests(api: Api) -> Iterator[Callable[[], TestResponse]]:
    """Give requests of every kind, again and again."""
    user = api.new(f"user{next(numbers)}")
    gone = api.new(f"user{next(numbers)}")
    api.delete(gone["id"])
    ids = [user["id"], gone["id"], str(uuid4()), "no-id"]
    bodies: list[dict[str, Any]] = [
        {},
        {"json": {"user_name": user["user_name"]}},
        {"json": {"user_name": "\0", "more": 1}},
        {"data": b"{", "content_type": "application/json"},
        {"data": b"x" * 2_000_000, "content_type": "application/json"},
        {"data": b"x", "content_type": "text/plain"},
        {"headers": {"If-Match": '"99"'}},
        {"headers": {"Authorization": "Bearer nonsense"}},
        {"headers": {"If-None-Match": "*"}},
    ]
    paths = ["", *ids, *(f"{one}/{verb}" for one in ids for verb in ("suspend", "activate", "restore"))]
    urls = ["/healthz", "/readyz", "/nothing", "/api/v1/openapi.json", "/api/v1/users?limit=1", "/api/v1/users?after=x"]
    methods = ("GET", "PATCH", "POST", "HEAD", "OPTIONS", "PUT", "DELETE")
    kinds = sorted(product([*paths, *urls], bodies, methods), key=lambda kind: kind[2] == "DELETE")
    while True:
        for path, options, method in kinds[::5]:
            yield lambda method=method, path=path, options=options: api.send(method, path, **dict(options))
        yield lambda: api.post(json={"user_name": f"new{next(numbers)}"})


def test_a_thousand_requests_leave_no_connection_behind(app: Flask, engine: Engine) -> None:
    answers = [send().status_code for send in islice(requests(Api(app)), 1000)]

    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert set(answers) >= {200, 201, 204, 304, 400, 401, 404, 405, 409, 412, 413, 415, 422}
    assert max(answers) < 500


def test_neither_do_they_from_eight_threads(app: Flask, engine: Engine) -> None:
    def send_all(api: Api) -> list[int]:
        return [send().status_code for send in islice(requests(api), 125)]

    apis = [Api(app) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = [status for statuses in threads.map(send_all, apis) for status in statuses]

    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert len(answers) == 1000
    assert max(answers) < 500


@pytest.mark.parametrize("error", [RuntimeError("a mistake of ours"), KeyboardInterrupt()])
def test_neither_do_accidents_in_the_middle_of_a_transaction(
    app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    api = Api(app)
    user = api.new()

    def fail(*_: Any, **__: Any) -> None:
        raise error

    for function in ("add", "change", "remove"):
        monkeypatch.setattr(core.user_writes, function, fail)
    monkeypatch.setattr(core.events, "record", fail)
    one = user["id"]
    eve = {"json": {"user_name": "eve"}}
    for method, path, body in [
        ("POST", "", eve),
        ("PATCH", one, eve),
        ("DELETE", one, {}),
        ("POST", f"{one}/suspend", {}),
    ]:
        if isinstance(error, Exception):
            assert api.send(method, path, **body).status_code == 500
        else:
            with pytest.raises(KeyboardInterrupt):
                api.send(method, path, **body)

    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert [item["user_name"] for item in api.get().get_json()["items"]] == ["ada"]
    assert api.get(user["id"]).get_json() == user
