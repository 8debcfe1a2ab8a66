"""A token that was looked up lately is not looked up again, and opens nothing from the moment on at which it ended."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from roster import services
from roster.blueprints import bearer
from roster.services import tokens
from tests import factories
from tests.api import Api, demand_problem

Ask = Callable[[Api, str], Any]

ASKS: dict[str, Ask] = {
    "read": lambda api, user_id: api.get(user_id),
    "list": lambda api, _: api.get(),
    "create": lambda api, _: api.post(json={"user_name": "eve"}),
    "create once": lambda api, _: api.post(json={"user_name": "eve"}, headers={"Idempotency-Key": "k"}),
    "change": lambda api, user_id: api.patch(user_id, json={"title": "Countess"}),
    "delete": lambda api, user_id: api.delete(user_id),
    "suspend": lambda api, user_id: api.post(f"{user_id}/suspend"),
    "nothing of the database": lambda api, _: api.post(json={"user_name": 7}),
}


@pytest.fixture
def api(app: Flask) -> Api:
    """A program whose token is known, and noted as used."""
    api = Api(app)
    for _ in range(2):
        api.get()
    assert _known(api).noted_until > datetime.now(UTC).timestamp()
    return api


def _known(api: Api) -> tokens.Access:
    return bearer.KNOWN[tokens.secret.digest(api.token)]


def _revoke(api: Api) -> None:
    with api.client.application.app_context():
        actor = factories.actor(api.organization_id)
        services.tokens.revoke(actor, api.token.removeprefix("roster_api_")[:8], at=datetime.now(UTC))


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_a_known_token_that_is_revoked_opens_nothing(app: Flask, api: Api, ask: Ask) -> None:
    user, neighbour = api.new(), Api(app, organization_id=api.organization_id)
    _revoke(api)

    answer = ask(api, user["id"])

    demand_problem(answer, 401, "unauthenticated")
    assert neighbour.get().get_json()["items"] == [user]


def test_a_known_token_of_a_suspended_organization_opens_nothing(app: Flask, api: Api) -> None:
    with app.app_context():
        services.organizations.suspend(factories.actor(api.organization_id), at=datetime.now(UTC))

    assert api.get().status_code == 403


def test_a_known_token_is_looked_up_again_where_its_use_has_to_be_noted(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = []
    authenticate = services.tokens.authenticate

    def counted(text: str, *, at: datetime) -> Any:
        looked_up.append(at)
        return authenticate(text, at=at)

    monkeypatch.setattr(services.tokens, "authenticate", counted)
    api.get()
    monkeypatch.setattr(bearer, "now", lambda: datetime.now(UTC) + tokens.NOTED_EVERY)
    monkeypatch.setattr("roster.blueprints.api.access.now", bearer.now)
    api.get()

    assert len(looked_up) == 1


def test_a_known_token_does_not_outlive_its_end(app: Flask) -> None:
    api = Api(app)
    with app.app_context():
        ends_at = datetime.now(UTC) + timedelta(seconds=100)
        api.token = services.tokens.issue(
            factories.actor(api.organization_id),
            kind="api",
            scopes=["users:read"],
            name="short",
            at=datetime.now(UTC),
            expires_at=ends_at,
        )

    for _ in range(2):
        api.get()

    assert _known(api).noted_until == pytest.approx(ends_at.timestamp(), abs=0.01)


def test_there_is_a_most_that_is_remembered(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer, "MOST", 2)

    for _ in range(5):
        Api(app).get()

    assert len(bearer.KNOWN) <= 2
