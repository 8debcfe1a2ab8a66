"""What requests cost: statements and round trips, as docs/data-layer.md says."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from roster import services
from roster.app import create_app
from roster.config import Settings
from roster.database import database, deadline, registry
from tests import factories
from tests.conftest import FREE
from tests.database.conftest import Log, through
from tests.database.proxy import Proxy, upstream_of
from tests.factories import NOW

DOCS = Path(__file__).parents[2] / "docs" / "data-layer.md"
TITLED = {"op": "replace", "path": "title", "value": "Countess"}


@pytest.fixture(scope="module")
def wire(database_url: str) -> Iterator[Proxy]:
    proxy = Proxy(upstream_of(database_url))
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def distant(app: Flask, wire: Proxy, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = through(wire, database_url).render_as_string(hide_password=False)
    distant = create_app(
        Settings(database_url=url, secret_key="only for tests", **FREE), tmp_path_factory.mktemp("distant")
    )
    distant.testing = True
    with distant.app_context():
        engine = database.engine
    yield distant
    engine.dispose()


@pytest.fixture
def log(wire: Proxy) -> Log:
    log = Log()

    def note(query: str) -> str:
        if query:
            log.statements.append(query)
        return "forward"

    wire.judge = note
    return log


def _told(statements: list[str]) -> list[str]:
    """The round trips in short: the verb of each, and its table; what rides along is left out."""
    return [_short(statement) for statement in statements]


def _short(statement: str) -> str:
    riders = r"^(SET TRANSACTION READ ONLY; |BEGIN; )?(SET LOCAL .*?; )*(SELECT set_config[^;]*; )*"
    last = re.sub(riders, "", statement)
    if last.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
        return last
    if last.startswith("WITH"):  # what it does all at once
        done = re.findall(r'(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', last)
        return " + ".join(f"{verb.split()[0]} {table}" for verb, table in done if table != "SET") or "SELECT document"
    tables = re.findall(r'(?:FROM|INTO|(?<!FOR )(?<!KEY )UPDATE) "?(\w+)"?', last)
    verb = last.split(" ", 1)[0]
    return f"{verb} {tables[-1 if verb == 'SELECT' else 0]}"


def _documented(name: str) -> list[str]:
    row = re.search(rf"^\| {name} \| \d+ \| (.*?) \|$", DOCS.read_text(), re.MULTILINE)
    assert row, f"{name} is not in {DOCS.name}"
    return [part.strip(" `") for part in row[1].split("·")]


def _note(token: str) -> None:
    """Use the token, so that it is known for the next minutes that it was used."""
    at = datetime.now(UTC)
    access = services.tokens.authenticate(token, at=at)
    services.tokens.touch(access.organization_id, access.token_id, at=at)


@pytest.fixture
def world(distant: Flask, log: Log) -> Iterator[tuple[str, str]]:
    """An organization, a user and a token that is known, made before the counting; connections are warm."""
    with distant.app_context():
        organization = factories.organization("acme")
        user = factories.user(organization.id, "ada", emails=[{"value": "ada@example.test", "primary": True}])
        token = factories.token(organization.id)
        ids = (str(user.id), token)
        _note(token)
    distant.test_client().get("/api/v1/users", headers={"Authorization": f"Bearer {token}"})
    log.statements.clear()
    yield ids
    with distant.app_context():
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.fixture
def scim_token(distant: Flask, log: Log, world: object) -> str:
    """A provider's token of the same organization, known as well."""
    with distant.app_context():
        organization = services.organizations.get_by_slug("acme")
        token = factories.token(organization.id, kind="scim", scopes=(), provider="Okta")
        _note(token)
    distant.test_client().get("/scim/v2/Users", headers={"Authorization": f"Bearer {token}"})
    log.statements.clear()
    return token


@pytest.mark.parametrize(
    ("name", "method", "path", "body", "status"),
    [
        ("read", "GET", "/api/v1/users/{user}", None, 200),
        ("list", "GET", "/api/v1/users", None, 200),
        ("create", "POST", "/api/v1/users", {"user_name": "eve", "email": "eve@example.test"}, 201),
        ("change", "PATCH", "/api/v1/users/{user}", {"title": "Countess"}, 200),
        ("delete", "DELETE", "/api/v1/users/{user}", None, 204),
        ("SCIM read", "GET", "/scim/v2/Users/{user}", None, 200),
        ("SCIM userName eq", "GET", "/scim/v2/Users?filter=userName eq %22ada%22", None, 200),
        ("SCIM list", "GET", "/scim/v2/Users", None, 200),
        ("SCIM create", "POST", "/scim/v2/Users", {"userName": "eve", "externalId": "1"}, 201),
        ("SCIM change", "PATCH", "/scim/v2/Users/{user}", {"Operations": [TITLED]}, 200),
        ("SCIM delete", "DELETE", "/scim/v2/Users/{user}", None, 204),
    ],
)
def test_a_request_costs_what_the_docs_say(  # type: ignore[no-untyped-def]
    distant: Flask, log: Log, world, scim_token: str, name: str, method: str, path: str, body, status: int
) -> None:
    user, api_token = world
    token = scim_token if path.startswith("/scim") else api_token

    response = distant.test_client().open(
        path.format(user=user), method=method, json=body, headers={"Authorization": f"Bearer {token}"}
    )

    assert response.status_code == status, response.text
    assert _told(log.statements) == _documented(name)
    row = re.search(rf"^\| {name} \| (\d+) \|", DOCS.read_text(), re.MULTILINE)
    assert row
    assert len(log.statements) == int(row[1])


def test_a_token_that_was_not_used_lately_costs_a_write_once(distant: Flask, log: Log, world: tuple[str, str]) -> None:
    user, _ = world
    with distant.app_context():
        headers = {"Authorization": f"Bearer {factories.token(services.organizations.get_by_slug('acme').id)}"}
    costs = []

    for _ in range(3):
        log.statements.clear()
        distant.test_client().get(f"/api/v1/users/{user}", headers=headers)
        costs.append(_told(log.statements))

    assert costs == [
        _documented("read with a token that was not used for five minutes"),
        _documented("read with a token that is not known"),
        _documented("read"),
    ]


def test_reading_by_id_is_one_statement_beyond_what_reading_only_costs(distant: Flask, log: Log, world: object) -> None:
    with distant.app_context(), deadline(5):
        organization = services.organizations.get_by_slug("acme")
        registry.remove()
        log.statements.clear()
        services.organizations.get(organization.id)

    assert _told(log.statements) == ["SELECT organization"]


def test_a_change_that_changes_nothing_writes_nothing(distant: Flask, log: Log, world: tuple[str, str]) -> None:
    with distant.app_context(), deadline(5):
        organization = services.organizations.get_by_slug("acme")
        user = services.users.search(organization.id).rows[0]
        registry.remove()
        log.statements.clear()
        services.users.change(factories.actor(organization.id), user.id, {"user_name": "ada"}, at=NOW)

    assert _told(log.statements) == ["SELECT user", "COMMIT"]
