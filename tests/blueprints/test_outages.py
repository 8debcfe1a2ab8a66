"""Promise 14: while the database is away every route says so, in its own voice and in time; then it comes back."""

import re
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from roster.app import create_app
from roster.config import Settings
from roster.database import database
from tests import factories
from tests.conftest import FREE
from tests.database.conftest import through
from tests.database.proxy import Proxy, upstream_of

SECONDS = 1.0
WITHOUT_DATABASE = {
    "static",
    "alive",
    "api-docs.openapi_json",
    "api_docs",
    "root",
    "metrics",
}
"""Routes that need no database: they answer as ever."""


@pytest.fixture(scope="module")
def wire(database_url: str) -> Iterator[Proxy]:
    proxy = Proxy(upstream_of(database_url))
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def distant(app: Flask, wire: Proxy, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Roster with its database behind a wire that can be cut. Its schema is there, thanks to `app`."""
    url = through(wire, database_url).render_as_string(hide_password=False)
    settings = Settings(
        database_url=url, secret_key="only for tests", request_timeout=SECONDS, connect_timeout=2, **FREE
    )
    distant = create_app(settings, tmp_path_factory.mktemp("distant"))
    distant.testing = True
    distant.config["WTF_CSRF_ENABLED"] = False
    with distant.app_context():
        engine = database.engine
    yield distant
    engine.dispose()


@pytest.fixture
def visitor(distant: Flask, wire: Proxy) -> Iterator[tuple[FlaskClient, dict[str, str]]]:
    """A browser that is signed in, and a token's header."""
    wire.heal()
    with distant.app_context():
        organization = factories.organization("acme")
        token = factories.token(organization.id)
        factories.administrator("owner@example.test", "correct horse battery")
    client = distant.test_client()
    form = {"email": "owner@example.test", "password": "correct horse battery"}
    assert client.post("/admin/login", data=form).status_code in {302, 303}
    yield client, {"Authorization": f"Bearer {token}"}
    wire.heal()
    wire.cut_all()


def _calls(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_DATABASE
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _call(client: FlaskClient, rule: Rule, method: str, header: dict[str, str]) -> TestResponse:
    values = {"slug": "acme", "prefix": "0" * 8, "secret": "x" * 43, "form": "csv"}
    path = re.sub(r"<uuid:\w+>", str(uuid4()), rule.rule)
    path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda match: values.get(match[1], "x"), path)
    body = {"json": {"user_name": "eve"}} if path.startswith("/api/") and method in {"POST", "PATCH"} else {}
    form = (
        {"data": {"user_name": "eve", "email": "a@b.test", "password": "long enough for all"}}
        if not path.startswith("/api/") and method == "POST"
        else {}
    )
    return client.open(path, method=method, headers=header if path.startswith("/api/") else {}, **body, **form)


@pytest.mark.parametrize("outage", ["refused", "silent"])
def test_every_route_answers_503_with_retry_after_in_its_own_voice(
    distant: Flask, wire: Proxy, visitor: tuple[FlaskClient, dict[str, str]], outage: str
) -> None:
    client, header = visitor
    calls = _calls(distant)
    if outage == "refused":
        wire.go_away()
    else:
        wire.fall_silent()
        calls = calls[::4]  # each takes the whole deadline

    for rule, method in calls:
        began = time.monotonic()
        response = _call(client, rule, method, header)
        took = time.monotonic() - began
        where = f"{method} {rule.rule}: {response.status_code} after {took:.2f} s"
        assert response.status_code == 503, where
        assert response.headers["Retry-After"], where
        assert took < SECONDS + 0.3, where
        voice = "application/problem+json" if rule.rule.startswith("/api/") else "text/html"
        assert response.mimetype == voice or rule.endpoint == "ready", where


def test_routes_without_the_database_answer_as_ever(
    distant: Flask, wire: Proxy, visitor: tuple[FlaskClient, object]
) -> None:
    client, _ = visitor
    wire.go_away()

    for path in ("/healthz", "/api/v1/openapi.json", "/metrics", "/"):
        assert client.get(path).status_code < 400, path


@pytest.mark.parametrize("path", ["/readyz", "/api/v1/users", "/admin/"])
def test_the_first_success_comes_within_a_second_of_the_return(
    distant: Flask, wire: Proxy, visitor: tuple[FlaskClient, dict[str, str]], path: str
) -> None:
    client, header = visitor
    wire.go_away()
    assert client.get(path, headers=header).status_code == 503

    wire.heal()
    began = time.monotonic()
    response = client.get(path, headers=header, follow_redirects=True)

    assert response.status_code == 200
    assert time.monotonic() - began < 1


def test_a_signed_in_browser_is_not_signed_out_by_an_outage(
    distant: Flask, wire: Proxy, visitor: tuple[FlaskClient, dict[str, str]]
) -> None:
    client, _ = visitor
    wire.go_away()
    assert client.get("/admin/acme/users").status_code == 503
    wire.heal()

    assert client.get("/admin/acme/users").status_code == 200
