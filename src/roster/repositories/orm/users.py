"""One user and their e-mail addresses."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from roster.errors import USER_NOT_FOUND, AppException
from roster.models import User, live
from roster.normal_form import name_key


def by_id(session: Session, organization_id: UUID, user_id: UUID) -> User:
    """Return the live user with this id, e-mails loaded.

    Raises:
        AppException: USER_NOT_FOUND, also for a soft-deleted user or one of another organization.
    """
    user = by_id_with_deleted(session, organization_id, user_id)
    if user.deleted_at is not None:
        raise AppException(USER_NOT_FOUND)
    return user


def by_id_with_deleted(session: Session, organization_id: UUID, user_id: UUID) -> User:
    """Return the user with this id, soft-deleted or not, e-mails loaded.

    Raises:
        AppException: USER_NOT_FOUND, also for a user of another organization.
    """
    statement = (
        select(User).where(User.organization_id == organization_id, User.id == user_id).options(joinedload(User.emails))
    )
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
