"""Tokens: issue, check, list, revoke."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from roster.database import Session, core_of, registry, transaction, transactional
from roster.errors import TOKEN_NOT_FOUND, UNAUTHENTICATED, AppException
from roster.models import Actor, IdentityProvider, Token
from roster.repositories import core, orm

SHOWN = 8
"""How many characters of the secret stay readable, so that people can tell their tokens apart."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens."""

    organization_id: UUID
    token_id: UUID
    kind: str
    label: str
    scopes: frozenset[str]
    identity_provider_id: UUID | None


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
    """
    secret = secrets.token_hex(24)
    text = f"roster_{kind}_{secret}{actor.organization_id.hex}"
    with transaction(registry()) as session:
        token = Token(
            organization_id=actor.organization_id,
            id=uuid7(),
            kind=kind,
            prefix=secret[:SHOWN],
            sha256=_sha256(text),
            name=name,
            scopes=list(scopes),
            identity_provider_id=_provider(session, actor, provider, at=at).id if provider else None,
            created_at=at,
            expires_at=expires_at,
        )
        orm.tokens.add(session, token)
        _record(session, actor, "token.issued", token.id, name, at=at)
    return text


@transactional
def authenticate(text: str, *, at: datetime) -> Access:
    """Return what the token opens. Writes nothing.

    Raises:
        AppException: UNAUTHENTICATED: unknown, expired or revoked.
    """
    organization_id = _organization_of(text)
    row = core.tokens.find_valid(core_of(registry()), organization_id, _sha256(text), at=at)
    if row is None:
        raise AppException(UNAUTHENTICATED)
    return Access(organization_id, row.id, row.kind, row.name, frozenset(row.scopes), row.identity_provider_id)


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


def _record(session: Session, actor: Actor, action: str, token_id: UUID, name: str, *, at: datetime) -> None:
    core.events.record(core_of(session), actor, action, subject_id=token_id, subject_label=name, changes={}, at=at)


def _organization_of(text: str) -> UUID:
    try:
        return UUID(hex=text[-32:])
    except ValueError:
        raise AppException(UNAUTHENTICATED) from None


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
