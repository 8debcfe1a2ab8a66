"""Tokens: the look-up of every API request, and the end of a token."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, Row, bindparam, func, or_, select, update

from roster.models import Token

_VALID: Any = select(Token.id, Token.kind, Token.name, Token.prefix, Token.scopes, Token.identity_provider_id).where(
    Token.organization_id == bindparam("organization_id"),
    Token.sha256 == bindparam("sha256"),
    Token.revoked_at.is_(None),
    or_(Token.expires_at.is_(None), Token.expires_at > bindparam("at")),
)


def find_valid(connection: Connection, organization_id: UUID, sha256: bytes, *, at: datetime) -> Row[Any] | None:
    """Return the token of this hash (id, kind, name, prefix, scopes, identity_provider_id), if it is good at `at`."""
    valid: Result[Any] = connection.execute(_VALID, {"organization_id": organization_id, "sha256": sha256, "at": at})
    return valid.one_or_none()


def revoke(connection: Connection, organization_id: UUID, prefix: str, *, at: datetime) -> Row[Any] | None:
    """End the token that shows this prefix; return its id, name and when it was revoked. None if there is none."""
    statement = (
        update(Token)
        .where(Token.organization_id == organization_id, Token.prefix == prefix)
        .values(revoked_at=func.coalesce(Token.revoked_at, at))
        .returning(Token.id, Token.name, Token.revoked_at)
    )
    revoked: Result[Any] = connection.execute(statement)
    return revoked.one_or_none()
