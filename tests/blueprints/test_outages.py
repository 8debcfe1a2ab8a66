"""Promise 14: while the database is away every route says so, in its own voice and in time; then it comes back."""

import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
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
AT_ONCE = 4
"""How many ask at the same time; there is a connection for each of them, so that nobody waits for another."""

WITHOUT_DATABASE = {
    "static",
    "alive",
    "api-docs.openapi_json",
    "api_docs",
    "root",
    "metrics",
    "scim-discovery.service_provider_config",
    "scim-discovery.resource_types",
    "scim-discovery.resource_type",
    "scim-discovery.schemas",
    "scim-discovery.schema",
}
"""Routes that need no database: they answer as ever."""
VOICES = {"/api": "application/problem+json", "/scim": "application/scim+json"}
"""The doors of programs, and how each says that something failed; others answer with a page."""


Visitor = tuple[FlaskClient, Mapping[str, Mapping[str, str]]]


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
        database_url=url,
        secret_key="only for tests",
        pool_size=AT_ONCE,
        request_timeout=SECONDS,
        connect_timeout=2,
        **FREE,
    )
    distant = create_app(settings, tmp_path_factory.mktemp("distant"))
    distant.testing = True
    distant.config["WTF_CSRF_ENABLED"] = False
    with distant.app_context():
        engine = database.engine
    yield distant
    engine.dispose()


@pytest.fixture
def visitor(distant: Flask, wire: Proxy) -> Iterator[Visitor]:
    """A browser that is signed in, and the headers of a token for each door of programs."""
    wire.heal()
    with distant.app_context():
        organization = factories.organization("acme")
        token = factories.token(organization.id)
        provider = factories.token(organization.id, kind="scim", scopes=(), provider="Okta")
        factories.administrator("owner@example.test", "correct horse battery")
    headers = {door: {"Authorization": f"Bearer {text}"} for door, text in (("/api", token), ("/scim", provider))}
    yield _signed_in(distant), headers
    wire.heal()
    wire.cut_all()


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    form = {"email": "owner@example.test", "password": "correct horse battery"}
    assert client.post("/admin/login", data=form).status_code in {302, 303}
    return client


def _calls(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_DATABASE
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _call(client: FlaskClient, rule: Rule, method: str, headers: Mapping[str, Mapping[str, str]]) -> TestResponse:
    values = {"slug": "acme", "prefix": "0" * 8, "secret": "x" * 43, "name": "title"}
    path = re.sub(r"<uuid:\w+>", str(uuid4()), rule.rule)
    path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", path)
    path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda match: values.get(match[1], "x"), path)
    if _door(path) not in VOICES:
        form = {"user_name": "eve", "email": "a@b.test", "password": "long enough for all"}
        return client.open(path, method=method, **({"data": form} if method == "POST" else {}))
    body = {"json": {"user_name": "eve"}} if method in {"POST", "PUT", "PATCH"} else {}
    return client.open(path, method=method, headers=headers[_door(path)], **body)


def _door(path: str) -> str:
    return f"/{path.split('/')[1]}"


@pytest.mark.alone
@pytest.mark.parametrize("outage", ["refused", "silent"])
def test_every_route_answers_503_with_retry_after_in_its_own_voice(
    distant: Flask, wire: Proxy, visitor: Visitor, outage: str
) -> None:
    _, headers = visitor
    clients = [_signed_in(distant) for _ in range(AT_ONCE)]
    calls = _calls(distant)
    if outage == "refused":
        wire.go_away()
    else:
        wire.fall_silent()
        calls = calls[::4]  # each takes the whole deadline

    with ThreadPoolExecutor(AT_ONCE) as threads:
        shares = [calls[number::AT_ONCE] for number in range(AT_ONCE)]
        asking = [threads.submit(_ask, *one, headers) for one in zip(clients, shares, strict=True)]

    assert sum(asked.result() for asked in asking) == len(calls)


def _ask(client: FlaskClient, calls: list[tuple[Rule, str]], headers: Mapping[str, Mapping[str, str]]) -> int:
    for rule, method in calls:
        began = time.monotonic()
        response = _call(client, rule, method, headers)
        took = time.monotonic() - began
        where = f"{method} {rule.rule}: {response.status_code} after {took:.2f} s"
        assert response.status_code == 503, where
        assert response.headers["Retry-After"], where
        assert took < SECONDS + 0.3, where
        assert response.mimetype == VOICES.get(_door(rule.rule), "text/html") or rule.endpoint == "ready", where
    return len(calls)


def test_routes_without_the_database_answer_as_ever(
    distant: Flask, wire: Proxy, visitor: tuple[FlaskClient, object]
) -> None:
    client, _ = visitor
    wire.go_away()

    for path in ("/healthz", "/api/v1/openapi.json", "/scim/v2/Schemas", "/metrics", "/"):
        assert client.get(path).status_code < 400, path


@pytest.mark.alone
@pytest.mark.parametrize("path", ["/readyz", "/api/v1/users", "/scim/v2/Users", "/admin/"])
def test_the_first_success_comes_within_a_second_of_the_return(
    distant: Flask, wire: Proxy, visitor: Visitor, path: str
) -> None:
    client, headers = visitor
    header = headers.get(_door(path), {})
    wire.go_away()
    assert client.get(path, headers=header).status_code == 503

    wire.heal()
    began = time.monotonic()
    response = client.get(path, headers=header, follow_redirects=True)

    assert response.status_code == 200
    assert time.monotonic() - began < 1


def test_a_signed_in_browser_is_not_signed_out_by_an_outage(distant: Flask, wire: Proxy, visitor: Visitor) -> None:
    client, _ = visitor
    wire.go_away()
    assert client.get("/admin/acme/users").status_code == 503
    wire.heal()

    assert client.get("/admin/acme/users").status_code == 200
