"""Failures in the voice of each door."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from psycopg2 import OperationalError as DriverError
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import NotFound

from roster import errors, services
from roster.blueprints.problem import STATUS
from roster.errors import AppException, Kind
from tests.api import Api, demand_problem

SECRET = "SELECT psycopg2 password of host db.internal"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Make the service behind `GET /api/v1/users` and `/readyz` fail."""

    def fail(error: Exception) -> None:
        def raising(*_: Any, **__: Any) -> None:
            raise error

        monkeypatch.setattr(services.users, "documents", raising)
        monkeypatch.setattr(services.health, "schema", raising)

    return fail


@pytest.mark.parametrize("error", [code for code in vars(errors).values() if isinstance(code, errors.ErrorCode)])
def test_every_failure_with_a_name_is_told_by_its_code(
    app: Flask, failing: Callable[[Exception], None], error: errors.ErrorCode
) -> None:
    failing(AppException(error, fields={"a.b": ["One.", "Two."], "c": ["Three."]}))

    problem = demand_problem(Api(app).get(), STATUS[error.kind], error.code, "a.b", "a.b", "c")

    assert problem["detail"] == error.message
    assert problem["errors"][1] == {"field": "a.b", "message": "Two."}


def test_every_kind_has_a_status_of_a_failure() -> None:
    assert set(STATUS) == set(Kind)
    assert all(400 <= status < 600 for status in STATUS.values())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError(SECRET, {}, DriverError(SECRET)), "database_unavailable"),
        (TimeoutError(SECRET), "database_unavailable"),
        (StaleDataError(SECRET), "too_busy"),
    ],
)
def test_an_outage_is_503_and_says_when_to_come_back(
    app: Flask, client: FlaskClient, failing: Callable[[Exception], None], error: Exception, code: str
) -> None:
    api = Api(app)
    failing(error)

    answers = [api.get(), client.get("/readyz")]

    demand_problem(answers[0], 503, code)
    assert answers[1].status_code == 503
    assert [answer.headers["Retry-After"] for answer in answers] == ["1", "1"]
    assert SECRET not in answers[0].text + answers[1].text


@pytest.mark.parametrize("error", [IntegrityError(SECRET, {}, Exception(SECRET)), RuntimeError(SECRET), KeyError("x")])
def test_what_nobody_expected_is_500_and_stays_in_the_log(
    app: Flask, failing: Callable[[Exception], None], error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    api = Api(app)
    failing(error)

    response = api.get(headers={"X-Request-ID": "trace-7"})

    problem = demand_problem(response, 500, "internal_error")
    assert problem["request_id"] == "trace-7"
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert record.exc_info[1] is error


@pytest.mark.parametrize("path", ["/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/users", "/api/docs/x"])
def test_an_unknown_url_of_the_api_is_a_problem(client: FlaskClient, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        demand_problem(client.open(path, method=method), 404, "not_found")


@pytest.mark.parametrize("path", ["/nothing", "/healthz/x", "/static/nothing.css", "/apix"])
def test_an_unknown_url_elsewhere_is_a_page(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert response.headers["X-Request-ID"] in response.text


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/api/v1/users", "PUT", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/api/v1/users", "TRACE", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/api/v1/users", "BREW", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/api/v1/users/00000000-0000-0000-0000-000000000000", "POST", {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"}),
        ("/api/v1/users/00000000-0000-0000-0000-000000000000/restore", "GET", {"OPTIONS", "POST"}),
        ("/api/v1/openapi.json", "POST", {"GET", "HEAD", "OPTIONS"}),
        ("/api/docs", "POST", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient, path: str, method: str, allowed: set[str]) -> None:
    response = client.open(path, method=method)

    demand_problem(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_options_says_what_is_allowed_without_a_token(client: FlaskClient) -> None:
    response = client.options("/api/v1/users")

    assert response.status_code == 200
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_head_answers_as_get_without_a_body(app: Flask, client: FlaskClient) -> None:
    api = Api(app)

    assert (api.send("HEAD").status_code, api.send("HEAD").data) == (200, b"")
    assert client.head("/api/v1/users").status_code == 401
    assert client.head("/api/v1/nothing").status_code == 404


def test_a_redirect_stays_a_redirect(client: FlaskClient) -> None:
    response = client.get("/api/v1//users")

    assert (response.status_code, response.headers["Location"]) == (308, "http://localhost/api/v1/users")


def test_an_answer_that_is_ready_is_given_as_it_is(app: Flask, failing: Callable[[Exception], None]) -> None:
    api = Api(app)
    failing(NotFound(response=Response("ready", 418)))

    response = api.get()

    assert (response.status_code, response.text) == (418, "ready")
