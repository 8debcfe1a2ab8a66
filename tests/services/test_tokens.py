"""Tokens, where the API's and the command line's tests do not look."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from roster import services
from roster.errors import AppException
from roster.models import Provider
from tests import factories
from tests.factories import NOW


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


def test_only_the_hash_is_kept(organization_id: UUID, engine: Engine) -> None:
    token = factories.token(organization_id)

    with engine.connect() as connection:
        [(sha256, everything)] = connection.execute(text("SELECT sha256, token::text FROM token")).all()
    assert bytes(sha256) == hashlib.sha256(token.encode()).digest()
    assert token not in everything
    assert token.split("_")[2][8:48] not in everything


def test_a_prefix_names_one_token_of_an_organization(
    organization_id: UUID, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(letter * 48 for letter in "aabaac")
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(drawn))
    actor = factories.actor(organization_id)

    tokens = [factories.token(organization_id), factories.token(organization_id)]
    services.tokens.revoke(actor, "a" * 8, at=NOW)
    tokens.append(services.tokens.rotate(actor, "b" * 8, at=NOW, overlap=timedelta(0)))

    assert [token.split("_")[2][:8] for token in tokens] == ["a" * 8, "b" * 8, "c" * 8]
    with pytest.raises(IntegrityError, match="uq_token_prefix"), engine.begin() as connection:
        connection.execute(text("UPDATE token SET prefix = 'aaaaaaaa'"))


def test_a_token_is_good_until_the_moment_it_ends(organization_id: UUID) -> None:
    token = factories.token(organization_id, expires_at=NOW + timedelta(hours=1))

    assert services.tokens.authenticate(token, at=NOW + timedelta(minutes=59)).organization_id == organization_id
    with pytest.raises(AppException, match="token"):
        services.tokens.authenticate(token, at=NOW + timedelta(hours=1))


def test_a_token_of_an_identity_provider_tells_its_switches_and_another_has_none(organization_id: UUID) -> None:
    okta = factories.token(organization_id, kind="scim", scopes=(), provider="Okta")
    actor, [provider] = factories.actor(organization_id), services.provisioning.providers.search(organization_id)

    seen = [services.tokens.authenticate(okta, at=NOW).provider]
    services.provisioning.providers.change(actor, provider.id, {"strict": True, "enabled": False}, at=NOW)
    seen.append(services.tokens.authenticate(okta, at=NOW).provider)

    off = Provider(provider.id, "Okta", "standard", enabled=True, strict=False, revive_deleted=False)
    assert seen == [off, replace(off, enabled=False, strict=True)]
    assert services.tokens.authenticate(factories.token(organization_id), at=NOW).provider is None


def test_no_two_tokens_are_the_same(organization_id: UUID) -> None:
    assert len({factories.token(organization_id) for _ in range(20)}) == 20


def test_what_happens_to_a_token_is_recorded_once(organization_id: UUID) -> None:
    actor = factories.actor(organization_id)
    token = factories.token(organization_id, name="Payroll")
    [kept] = services.tokens.search(organization_id)
    token_id, prefix = kept.id, kept.prefix

    for minutes in (1, 2):
        services.tokens.revoke(actor, prefix, at=NOW + timedelta(minutes=minutes))

    history = services.users.history(organization_id, token_id)
    assert [(event.action, event.subject_label) for event in history] == [
        ("token.revoked", "Payroll"),
        ("token.issued", "Payroll"),
    ]
    [kept] = services.tokens.search(organization_id)
    assert kept.revoked_at == NOW + timedelta(minutes=1)
    assert token


def test_another_organizations_token_can_not_be_ended(organization_id: UUID) -> None:
    token = factories.token(organization_id)
    stranger = factories.actor(factories.organization().id)

    with pytest.raises(AppException, match="No such token"):
        services.tokens.revoke(stranger, token.split("_")[2][:8], at=NOW)

    assert services.tokens.authenticate(token, at=NOW)


@pytest.mark.parametrize("text", ["", "x", "\0", "\ud800" * 32, "é" * 40, "0" * 32, "roster_api_" + "0" * 80])
def test_any_other_text_opens_nothing(app: Flask, text: str) -> None:
    with app.app_context(), pytest.raises(AppException) as caught:
        services.tokens.authenticate(text, at=NOW)

    assert caught.value.error.code == "unauthenticated"
