"""What every request has: an id, a deadline, and one line in the log."""

import logging
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roster import services
from roster.database import time_left
from tests.api import Api


def lines(caplog: pytest.LogCaptureFixture) -> list[Any]:
    return [record.msg for record in caplog.records if record.name == "roster.request"]


@pytest.mark.parametrize("given", ["trace-1", "a" * 100, "A.b_c-9", "0"])
def test_a_well_formed_id_of_the_client_is_kept(client: FlaskClient, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


HARMFUL = ["", "a" * 101, "a b", "a\nb", "a\r\nSet-Cookie: x=1", "é", "<script>", "a\x00", "a\n"]


@pytest.mark.parametrize("given", HARMFUL)
def test_an_id_that_could_do_harm_is_replaced(client: FlaskClient, given: str) -> None:
    response = client.get("/healthz", environ_overrides={"HTTP_X_REQUEST_ID": given})

    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])
    assert "Set-Cookie" not in response.headers


def test_every_request_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = [client.get("/healthz").headers["X-Request-ID"] for _ in range(3)]

    assert len(set(ids)) == 3


def test_a_request_is_one_line(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    api = Api(app)
    caplog.set_level(logging.INFO)

    api.get(headers={"X-Request-ID": "trace-1"}, query_string={"q": "secret"})
    api.get("00000000-0000-0000-0000-000000000000")

    first, second = lines(caplog)
    assert (first["method"], first["path"], first["status"], first["request_id"]) == (
        "GET",
        "/api/v1/users",
        200,
        "trace-1",
    )
    assert first["milliseconds"] > 0
    assert "secret" not in str(first)
    assert second["status"] == 404


def test_monitors_leave_no_lines(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    client.get("/healthz")
    client.get("/readyz")

    assert lines(caplog) == []


def test_a_request_has_a_deadline_and_what_comes_after_has_none(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(app)
    left: list[float | None] = []
    page = services.users.documents

    def search(*args: Any, **options: Any) -> Any:
        left.append(time_left())
        return page(*args, **options)

    monkeypatch.setattr(services.users, "documents", search)

    api.get()

    assert left[0] is not None
    assert 0 < left[0] <= app.extensions["roster.settings"].request_timeout
    assert time_left() is None
