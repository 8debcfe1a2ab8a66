"""Administrators, their signed-in browsers, recovery codes and invitations."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, delete, exists, select, update
from sqlalchemy.orm import Session

from roster.errors import ADMINISTRATOR_NOT_FOUND, INVITATION_NOT_FOUND, AppException
from roster.models import Administrator, AdministratorSession, Invitation, RecoveryCode
from roster.normal_form import name_key

T = TypeVar("T")


def by_id(
    session: Session, administrator_id: UUID, *, organization_id: UUID | None = None, for_update: bool = False
) -> Administrator:
    """Return the administrator with this id; with an organization given, only one of it.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND.
    """
    statement = select(Administrator).where(Administrator.id == administrator_id)
    if organization_id is not None:
        statement = statement.where(Administrator.organization_id == organization_id)
    if (administrator := session.scalar(_locked(statement, for_update))) is None:
        raise AppException(ADMINISTRATOR_NOT_FOUND)
    return administrator


def find_by_email(session: Session, email: str, *, for_update: bool = False) -> Administrator | None:
    """Return the administrator who signs in with this address, in any case; None if there is none."""
    return session.scalar(_locked(select(Administrator).where(Administrator.email_key == name_key(email)), for_update))


def all_by_email(session: Session, *, organization_id: UUID | None) -> Sequence[Administrator]:
    """Return administrators, by address: of one organization, or all where none is given."""
    statement = select(Administrator).order_by(Administrator.email_key)
    if organization_id is not None:
        statement = statement.where(Administrator.organization_id == organization_id)
    return session.scalars(statement).all()


def any_exist(session: Session) -> bool:
    """Tell whether there is an administrator at all."""
    return bool(session.scalar(select(exists(select(Administrator.id)))))


def another_owner_exists(session: Session, administrator_id: UUID) -> bool:
    """Tell whether somebody else is an owner of all organizations who can sign in."""
    owners = select(Administrator.id).where(
        Administrator.role == "owner",
        Administrator.organization_id.is_(None),
        Administrator.disabled_at.is_(None),
        Administrator.id != administrator_id,
    )
    return bool(session.scalar(select(exists(owners))))


def add(session: Session, administrator: Administrator) -> Administrator:
    """Add a new administrator."""
    session.add(administrator)
    session.flush()
    return administrator


def find_session(session: Session, sha256: bytes, *, at: datetime) -> tuple[Administrator, AdministratorSession] | None:
    """Return who is signed in with the secret of this hash, and the browser; None if nobody is, or no longer."""
    statement = (
        select(Administrator, AdministratorSession)
        .join(AdministratorSession, AdministratorSession.administrator_id == Administrator.id)
        .where(
            AdministratorSession.sha256 == sha256,
            AdministratorSession.expires_at > at,
            Administrator.disabled_at.is_(None),
        )
    )
    row = session.execute(statement).one_or_none()
    return (row[0], row[1]) if row else None


def sessions(session: Session, administrator_id: UUID, *, at: datetime) -> Sequence[AdministratorSession]:
    """Return the administrator's signed-in browsers, the newest first."""
    statement = select(AdministratorSession).where(
        AdministratorSession.administrator_id == administrator_id, AdministratorSession.expires_at > at
    )
    return session.scalars(statement.order_by(AdministratorSession.created_at.desc())).all()


def add_session(session: Session, browser: AdministratorSession) -> None:
    """Remember a signed-in browser."""
    session.add(browser)
    session.flush()


def confirm_session(session: Session, sha256: bytes, *, at: datetime) -> None:
    """Write down that who sits at the browser has just shown who they are."""
    statement = update(AdministratorSession).where(AdministratorSession.sha256 == sha256)
    session.execute(statement.values(confirmed_at=at))


def delete_session(session: Session, sha256: bytes) -> None:
    """Forget a signed-in browser, if it is known."""
    session.execute(delete(AdministratorSession).where(AdministratorSession.sha256 == sha256))


def delete_sessions(
    session: Session, administrator_id: UUID, *, only: UUID | None = None, but: bytes | None = None
) -> None:
    """Forget the administrator's browsers: all, `only` the one with this id, all `but` the one of this hash."""
    statement = delete(AdministratorSession).where(AdministratorSession.administrator_id == administrator_id)
    if only is not None:
        statement = statement.where(AdministratorSession.id == only)
    if but is not None:
        statement = statement.where(AdministratorSession.sha256 != but)
    session.execute(statement)


def delete_expired_sessions(session: Session, *, at: datetime) -> None:
    """Forget the browsers whose time is over."""
    session.execute(delete(AdministratorSession).where(AdministratorSession.expires_at <= at))


def replace_recovery_codes(session: Session, administrator_id: UUID, hashes: Iterable[bytes]) -> None:
    """Put these codes in place of all that the administrator has."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.administrator_id == administrator_id))
    session.add_all(RecoveryCode(administrator_id=administrator_id, sha256=sha256) for sha256 in hashes)
    session.flush()


def use_recovery_code(session: Session, administrator_id: UUID, sha256: bytes, *, at: datetime) -> bool:
    """Use up a recovery code; tell whether it was good."""
    statement = update(RecoveryCode).where(
        RecoveryCode.administrator_id == administrator_id, RecoveryCode.sha256 == sha256, RecoveryCode.used_at.is_(None)
    )
    return session.execute(statement.values(used_at=at).returning(RecoveryCode.sha256)).first() is not None


def add_invitation(session: Session, invitation: Invitation) -> Invitation:
    """Add a new invitation."""
    session.add(invitation)
    session.flush()
    return invitation


def open_invitations(session: Session, *, organization_id: UUID | None, at: datetime) -> Sequence[Invitation]:
    """Return the invitations that can still be accepted: to one organization, or all where none is given."""
    statement = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.expires_at > at)
    if organization_id is not None:
        statement = statement.where(Invitation.organization_id == organization_id)
    return session.scalars(statement.order_by(Invitation.created_at.desc())).all()


def open_invitation(session: Session, sha256: bytes, *, at: datetime, for_update: bool = False) -> Invitation:
    """Return the invitation with the secret of this hash.

    Raises:
        AppException: INVITATION_NOT_FOUND, also for one that was accepted or is too old.
    """
    statement = select(Invitation).where(
        Invitation.sha256 == sha256, Invitation.accepted_at.is_(None), Invitation.expires_at > at
    )
    if (invitation := session.scalar(_locked(statement, for_update))) is None:
        raise AppException(INVITATION_NOT_FOUND)
    return invitation


def delete_invitation(session: Session, invitation_id: UUID, *, organization_id: UUID | None) -> str | None:
    """Take an invitation back (with an organization given, only one to it); return whom it was for, if it was there."""
    statement = delete(Invitation).where(Invitation.id == invitation_id, Invitation.accepted_at.is_(None))
    if organization_id is not None:
        statement = statement.where(Invitation.organization_id == organization_id)
    return session.scalar(statement.returning(Invitation.email))


def _locked(statement: Select[T], for_update: bool) -> Select[T]:
    return statement.with_for_update() if for_update else statement
