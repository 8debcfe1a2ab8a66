"""Tokens."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from roster.errors import TOKEN_NOT_FOUND, AppException
from roster.models import Token


def add(session: Session, token: Token) -> Token:
    """Add a new token."""
    session.add(token)
    session.flush()
    return token


def by_prefix(session: Session, organization_id: UUID, prefix: str) -> Token:
    """Return the organization's token that shows this prefix.

    Raises:
        AppException: TOKEN_NOT_FOUND.
    """
    statement = select(Token).where(Token.organization_id == organization_id, Token.prefix == prefix)
    if (token := session.scalar(statement)) is None:
        raise AppException(TOKEN_NOT_FOUND)
    return token


def is_named(session: Session, organization_id: UUID, prefix: str) -> bool:
    """Tell whether one of the organization's tokens, ended ones included, shows this prefix."""
    same = exists().where(Token.organization_id == organization_id, Token.prefix == prefix)
    return bool(session.scalar(select(same)))


def newest_first(session: Session, organization_id: UUID) -> Sequence[Token]:
    """Return the organization's tokens, the newest first."""
    statement = select(Token).where(Token.organization_id == organization_id).order_by(Token.id.desc())
    return session.scalars(statement).all()


def of_provider(session: Session, organization_id: UUID, provider_id: UUID) -> Sequence[Token]:
    """Return an identity provider's tokens, the newest first."""
    statement = select(Token).where(Token.organization_id == organization_id, Token.identity_provider_id == provider_id)
    return session.scalars(statement.order_by(Token.id.desc())).all()
