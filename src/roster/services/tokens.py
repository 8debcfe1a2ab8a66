"""Tokens: issue, check, list, revoke."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from roster.database import Session, core_of, reading, registry, transaction, transactional, writing
from roster.errors import FORBIDDEN, ORGANIZATION_SUSPENDED, TOKEN_NOT_FOUND, UNAUTHENTICATED, AppException
from roster.models import Actor, IdentityProvider, Provider, Token, secret
from roster.models.identity_provider import OPTIONS
from roster.models.token import OPENED_BY_SCIM
from roster.repositories import core, orm

NOTED_EVERY = timedelta(minutes=5)
"""How exactly it is known when a token was used last; a write for each request would cost more than the request."""
SHOWN = 8
"""How many characters of the secret stay readable, so that people can tell their tokens apart."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens.

    Args:
        provider: whose it is, where its kind is `scim`.
        noted_until: the time (in seconds since 1970) up to which nothing has to be written down of its use.
        unchanged: what `demanding` demands, so that all this holds still.
    """

    organization_id: UUID
    token_id: UUID
    kind: str
    label: str
    scopes: frozenset[str]
    provider: Provider | None
    is_noted: bool
    noted_until: float
    unchanged: str


@transactional
def issue(
    actor: Actor,
    *,
    kind: str,
    scopes: Sequence[str],
    name: str,
    at: datetime,
    expires_at: datetime | None = None,
    provider: str | None = None,
    within: frozenset[str] | None = None,
) -> str:
    """Return a new token's text; it is kept nowhere, so this is the only time it can be seen. Rolls back as one.

    Args:
        actor: who issues it, for which organization.
        kind: `api`, or `scim`, which belongs to an identity provider.
        scopes: what an `api` token may do.
        name: what people call it.
        at: the time it counts from.
        expires_at: when it ends by itself; None for never.
        provider: the identity provider's name; made if it is new.
        within: the scopes that the actor may hand on; None for all.

    Raises:
        AppException: FORBIDDEN.
    """
    _demand_within(within, kind, scopes)
    with transaction(registry()) as session:
        hidden = _new_secret(session, actor.organization_id)
        text, token = _new_token(actor, hidden, kind, scopes, name, at=at, expires_at=expires_at)
        if provider:
            token.identity_provider_id = _provider(session, actor, provider, at=at).id
        orm.tokens.add(session, token)
        _record(session, actor, "token.issued", token.id, name, at=at)
    return text


@transactional
def rotate(actor: Actor, prefix: str, *, at: datetime, overlap: timedelta, within: frozenset[str] | None = None) -> str:
    """Return the text of a token that may do the same; the old one goes on for the overlap. Rolls back as one.

    Args:
        actor: who rotates.
        prefix: which token.
        at: the time it counts from.
        overlap: how long the old one still opens.
        within: the scopes that the actor may hand on; None for all.

    Raises:
        AppException: TOKEN_NOT_FOUND, also for a token that has ended; FORBIDDEN.
    """
    with transaction(registry()) as session:
        old = orm.tokens.by_prefix(session, actor.organization_id, prefix)
        if old.revoked_at or (old.expires_at and old.expires_at <= at):
            raise AppException(TOKEN_NOT_FOUND, "This token has ended already; issue a new one.")
        _demand_within(within, old.kind, old.scopes)
        expires_at = at + (old.expires_at - old.created_at) if old.expires_at else None
        hidden = _new_secret(session, actor.organization_id)
        text, token = _new_token(actor, hidden, old.kind, old.scopes, old.name, at=at, expires_at=expires_at)
        token.identity_provider_id = old.identity_provider_id
        orm.tokens.add(session, token)
        core.tokens.expire(core_of(session), actor.organization_id, prefix, at=at + overlap)
        _record(session, actor, "token.rotated", token.id, token.name, at=at)
    return text


@transactional
def authenticate(text: str, *, at: datetime) -> Access:
    """Return what the token opens. Writes nothing.

    Raises:
        AppException: UNAUTHENTICATED: unknown, expired or revoked; ORGANIZATION_SUSPENDED.
    """
    organization_id = _organization_of(text)
    with reading() as connection:
        found = core.tokens.find_valid(
            connection, organization_id, secret.digest(text), at=at, noted_since=at - NOTED_EVERY
        )
    if found is None:
        raise AppException(UNAUTHENTICATED)
    if found["is_suspended"]:
        raise AppException(ORGANIZATION_SUSPENDED)
    token_id = UUID(found["id"])
    return Access(
        organization_id,
        token_id,
        found["kind"],
        found["label"],
        frozenset(found["scopes"]),
        found["provider"] and _provider_of(found["provider"]),
        found["is_noted"],
        found["noted_until"] if found["is_noted"] else 0.0,
        core.tokens.unchanged(organization_id, token_id, found["as_they_are"]),
    )


@transactional
def touch(organization_id: UUID, token_id: UUID, *, at: datetime) -> None:
    """Write down that a token was used; its door calls it where `Access.is_noted` is False. Rolls back as one."""
    with writing() as connection:
        core.tokens.touch(connection, organization_id, token_id, at=at)


@transactional
def search(organization_id: UUID) -> Sequence[Token]:
    """Return the organization's tokens, the newest first. Writes nothing."""
    return orm.tokens.newest_first(registry(), organization_id)


@transactional
def revoke(actor: Actor, prefix: str, *, at: datetime) -> None:
    """End the token that shows this prefix, at once. One that has ended stays so. Rolls back as one.

    Raises:
        AppException: TOKEN_NOT_FOUND.
    """
    with transaction(registry()) as session:
        row = core.tokens.revoke(core_of(session), actor.organization_id, prefix, at=at)
        if row is None:
            raise AppException(TOKEN_NOT_FOUND)
        if row.revoked_at == at:
            _record(session, actor, "token.revoked", row.id, row.name, at=at)


def _demand_within(within: frozenset[str] | None, kind: str, scopes: Sequence[str]) -> None:
    if within is not None and not within.issuperset(OPENED_BY_SCIM if kind == "scim" else scopes):
        raise AppException(FORBIDDEN, "A token can't give scopes that it does not have.")


def _new_secret(session: Session, organization_id: UUID) -> str:
    """Return a secret whose first characters no other token shows: they name it when it is rotated or revoked."""
    hidden = secrets.token_hex(24)
    while orm.tokens.is_named(session, organization_id, hidden[:SHOWN]):
        hidden = secrets.token_hex(24)
    return hidden


def _new_token(
    actor: Actor, hidden: str, kind: str, scopes: Sequence[str], name: str, *, at: datetime, expires_at: datetime | None
) -> tuple[str, Token]:
    text = f"roster_{kind}_{hidden}{actor.organization_id.hex}"
    token = Token(
        organization_id=actor.organization_id,
        id=uuid7(),
        kind=kind,
        prefix=hidden[:SHOWN],
        sha256=secret.digest(text),
        name=name,
        scopes=list(scopes),
        created_at=at,
        expires_at=expires_at,
    )
    return text, token


def _provider(session: Session, actor: Actor, name: str, *, at: datetime) -> IdentityProvider:
    found = orm.identity_providers.find_by_name(session, actor.organization_id, name)
    return found or orm.identity_providers.add(
        session,
        IdentityProvider(
            organization_id=actor.organization_id,
            id=uuid7(),
            name=name,
            dialect="standard",
            enabled=True,
            options={},
            created_at=at,
        ),
    )


def _provider_of(found: Mapping[str, Any]) -> Provider:
    options = OPTIONS | found["options"]
    return Provider(
        UUID(found["id"]),
        found["name"],
        found["dialect"],
        found["enabled"],
        bool(options["strict"]),
        bool(options["revive_deleted"]),
    )


def _record(session: Session, actor: Actor, action: str, token_id: UUID, name: str, *, at: datetime) -> None:
    core.events.record(core_of(session), actor, action, subject_id=token_id, subject_label=name, changes={}, at=at)


def _organization_of(text: str) -> UUID:
    try:
        return UUID(hex=text[-32:])
    except ValueError:
        raise AppException(UNAUTHENTICATED) from None
