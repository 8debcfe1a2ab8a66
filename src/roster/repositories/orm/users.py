"""One user and their e-mail addresses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from roster.errors import USER_NOT_FOUND, AppException
from roster.models import User, live
from roster.normal_form import name_key


def by_id(session: Session, organization_id: UUID, user_id: UUID, *, for_update: bool = False) -> User:
    """Return the live user with this id, e-mails loaded.

    Raises:
        AppException: USER_NOT_FOUND, also for a soft-deleted user or one of another organization.
    """
    user = by_id_with_deleted(session, organization_id, user_id, for_update=for_update)
    if user.deleted_at is not None:
        raise AppException(USER_NOT_FOUND)
    return user


def by_id_with_deleted(session: Session, organization_id: UUID, user_id: UUID, *, for_update: bool = False) -> User:
    """Return the user with this id, soft-deleted or not, e-mails loaded.

    Raises:
        AppException: USER_NOT_FOUND, also for a user of another organization.
    """
    statement = select(User).where(User.organization_id == organization_id, User.id == user_id)
    statement = _locked(statement) if for_update else statement.options(joinedload(User.emails))
    if (user := session.scalars(statement).unique().one_or_none()) is None:
        raise AppException(USER_NOT_FOUND)
    return user


def find_by_user_name(session: Session, organization_id: UUID, user_name: str) -> User | None:
    """Return the live user with this user name, in any case, e-mails loaded; None if there is none."""
    statement = (
        select(User)
        .where(User.organization_id == organization_id, User.user_name_key == name_key(user_name), live(User))
        .options(joinedload(User.emails))
    )
    return session.scalars(statement).unique().one_or_none()


def find_by_external_id_with_deleted(
    session: Session, organization_id: UUID, identity_provider_id: UUID, external_id: str, *, for_update: bool = False
) -> User | None:
    """Return whom the provider calls so, e-mails loaded: the live user, else who was deleted last; None if nobody."""
    statement = (
        select(User)
        .where(
            User.organization_id == organization_id,
            User.identity_provider_id == identity_provider_id,
            User.external_id == external_id,
        )
        .order_by(User.deleted_at.desc().nulls_first(), User.id.desc())
    )
    statement = _locked(statement) if for_update else statement.options(joinedload(User.emails))
    return session.scalars(statement).unique().first()


def add(session: Session, user: User, emails: Sequence[Mapping[str, Any]]) -> User:
    """Add a new user with their addresses."""
    user.put_emails(emails)
    user.derive()
    session.add(user)
    session.flush()
    return user


def change(session: Session, user: User, values: Mapping[str, Any], *, at: datetime) -> User:
    """Write the given columns (and `emails`, if among them), and count the version up."""
    for name, value in values.items():
        if name != "emails":
            setattr(user, name, value)
    if "emails" in values:
        _replace_emails(session, user, values["emails"])
    user.derive()
    user.version += 1
    user.updated_at = at
    session.flush()
    return user


def _locked(statement: Select[User]) -> Select[User]:
    """Let two writers wait for each other; who puts the user into a group does not wait (FOR NO KEY UPDATE).

    The addresses are read after the wait, by a statement of their own: a join would give the user as the other writer
    left them, with the addresses from before.
    """
    return statement.options(selectinload(User.emails)).with_for_update(key_share=True)


def _replace_emails(session: Session, user: User, emails: Sequence[Mapping[str, Any]]) -> None:
    user.emails = []
    session.flush()  # before the new rows: they take the old ones' keys
    user.put_emails(emails)
