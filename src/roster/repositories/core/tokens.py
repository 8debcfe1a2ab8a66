"""Tokens: the look-up of every API request, and what happens to a token later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, Row, and_, bindparam, func, or_, select, update

from roster.models import IdentityProvider, Organization, Token, live

_VALID: Any = (
    select(
        Token.id,
        Token.kind,
        Token.name,
        Token.scopes,
        Token.identity_provider_id,
        Token.last_used_at,
        Organization.suspended_at,
        IdentityProvider.name.label("provider_name"),
        IdentityProvider.dialect,
        IdentityProvider.enabled,
        IdentityProvider.options,
    )
    .join(Organization, and_(Organization.id == Token.organization_id, live(Organization)))
    .outerjoin(
        IdentityProvider,
        and_(
            IdentityProvider.organization_id == Token.organization_id,
            IdentityProvider.id == Token.identity_provider_id,
        ),
    )
    .where(
        Token.organization_id == bindparam("organization_id"),
        Token.sha256 == bindparam("sha256"),
        Token.revoked_at.is_(None),
        or_(Token.expires_at.is_(None), Token.expires_at > bindparam("at")),
    )
)


def find_valid(connection: Connection, organization_id: UUID, sha256: bytes, *, at: datetime) -> Row[Any] | None:
    """Return the token of this hash with its provider, if it is good at `at` in a live organization; see `_VALID`."""
    valid: Result[Any] = connection.execute(_VALID, {"organization_id": organization_id, "sha256": sha256, "at": at})
    return valid.one_or_none()


def revoke(connection: Connection, organization_id: UUID, prefix: str, *, at: datetime) -> Row[Any] | None:
    """End the token that shows this prefix; return its id, name and when it was revoked. None if there is none."""
    return _update(connection, organization_id, prefix, revoked_at=func.coalesce(Token.revoked_at, at))


def expire(connection: Connection, organization_id: UUID, prefix: str, *, at: datetime) -> None:
    """Let the token that shows this prefix end at `at`, if it does not end sooner."""
    _update(connection, organization_id, prefix, expires_at=func.least(Token.expires_at, at))


def touch(connection: Connection, organization_id: UUID, token_id: UUID, *, at: datetime) -> None:
    """Write down that the token was used. Where another request does the same just now, that one's word counts."""
    free = (
        select(Token.id)
        .where(Token.organization_id == organization_id, Token.id == token_id)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = update(Token).where(Token.organization_id == organization_id, Token.id == free)
    connection.execute(statement.values(last_used_at=func.greatest(Token.last_used_at, at)))


def _update(connection: Connection, organization_id: UUID, prefix: str, **values: Any) -> Row[Any] | None:
    statement = (
        update(Token)
        .where(Token.organization_id == organization_id, Token.prefix == prefix)
        .values(**values)
        .returning(Token.id, Token.name, Token.revoked_at)
    )
    result: Result[Any] = connection.execute(statement)
    return result.one_or_none()
