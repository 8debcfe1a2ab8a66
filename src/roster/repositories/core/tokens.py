"""Tokens: the look-up of every API request, and what happens to a token later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, Row, func, update

from roster.models import Token

_TABLES = """FROM token
    JOIN organization ON organization.id = token.organization_id
    LEFT JOIN identity_provider provider
        ON provider.organization_id = token.organization_id AND provider.id = identity_provider_id
"""
_AS_THEY_ARE = "concat_ws('/', token.xmin, organization.xmin, provider.xmin)"
"""Which version of each row it is (PostgreSQL, "System Columns"): whoever writes to one of them makes another."""
_VALID = f"""SELECT json_build_object(
        'id', token.id, 'kind', kind, 'label', token.name, 'scopes', scopes,
        'is_suspended', organization.suspended_at IS NOT NULL,
        'noted_until', extract(epoch FROM least(expires_at, last_used_at + (%(at)s - %(noted_since)s))),
        'is_noted', coalesce(last_used_at > %(noted_since)s, false), 'as_they_are', {_AS_THEY_ARE},
        'provider', CASE WHEN identity_provider_id IS NULL THEN NULL ELSE json_build_object(
            'id', identity_provider_id, 'name', provider.name, 'dialect', dialect, 'enabled', enabled,
            'options', options
        ) END
    )
    {_TABLES}
    WHERE token.organization_id = %(organization_id)s AND sha256 = %(sha256)s
    AND organization.deleted_at IS NULL AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(at)s)
"""  # noqa: S608 - our own words
"""One column, for each costs every request of a program; written once, and given to the driver as it is."""

_TOUCH = """UPDATE token SET last_used_at = greatest(last_used_at, %(at)s)
    WHERE organization_id = %(organization_id)s AND id = (
        SELECT id FROM token WHERE organization_id = %(organization_id)s AND id = %(token_id)s
        FOR UPDATE SKIP LOCKED
    )
"""


def find_valid(
    connection: Connection, organization_id: UUID, sha256: bytes, *, at: datetime, noted_since: datetime
) -> dict[str, Any] | None:
    """Return what the token of this hash opens, if it is good at `at` in a live organization; see `_VALID`.

    `is_noted` says whether its use was written down after `noted_since`; until `noted_until` (seconds since 1970), what
    was found holds as long as there is the row of `unchanged`.
    """
    asked = {"organization_id": str(organization_id), "sha256": sha256, "at": at, "noted_since": noted_since}
    found: dict[str, Any] | None = connection.exec_driver_sql(_VALID, asked).scalar()
    return found


def unchanged(organization_id: UUID, token_id: UUID, as_they_are: str) -> str:
    """Return what `demanding` demands: a token, its organization and its provider, as `find_valid` found them."""
    return f"""{_TABLES} WHERE token.organization_id = '{organization_id}' AND token.id = '{token_id}'
        AND {_AS_THEY_ARE} = '{as_they_are}'"""


def revoke(connection: Connection, organization_id: UUID, prefix: str, *, at: datetime) -> Row[Any] | None:
    """End the token that shows this prefix; return its id, name and when it was revoked. None if there is none."""
    return _update(connection, organization_id, prefix, revoked_at=func.coalesce(Token.revoked_at, at))


def expire(connection: Connection, organization_id: UUID, prefix: str, *, at: datetime) -> None:
    """Let the token that shows this prefix end at `at`, if it does not end sooner."""
    _update(connection, organization_id, prefix, expires_at=func.least(Token.expires_at, at))


def touch(connection: Connection, organization_id: UUID, token_id: UUID, *, at: datetime) -> None:
    """Write down that the token was used. Where another request does the same just now, that one's word counts."""
    keys = {"organization_id": str(organization_id), "token_id": str(token_id)}
    connection.exec_driver_sql(_TOUCH, keys | {"at": at})


def _update(connection: Connection, organization_id: UUID, prefix: str, **values: Any) -> Row[Any] | None:
    statement = (
        update(Token)
        .where(Token.organization_id == organization_id, Token.prefix == prefix)
        .values(**values)
        .returning(Token.id, Token.name, Token.revoked_at)
    )
    result: Result[Any] = connection.execute(statement)
    return result.one_or_none()
