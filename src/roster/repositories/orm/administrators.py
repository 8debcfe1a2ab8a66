"""Administrators and their signed-in browsers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from roster.models import Administrator, AdministratorSession
from roster.models.normal_form import name_key


def find_by_email(session: Session, email: str) -> Administrator | None:
    """Return the administrator who signs in with this address, in any case; None if there is none."""
    return session.scalar(select(Administrator).where(Administrator.email_key == name_key(email)))


def find_by_session(session: Session, sha256: bytes, *, at: datetime) -> Administrator | None:
    """Return who is signed in with the secret of this hash; None if nobody is, or no longer."""
    statement = (
        select(Administrator)
        .join(AdministratorSession, AdministratorSession.administrator_id == Administrator.id)
        .where(AdministratorSession.sha256 == sha256, AdministratorSession.expires_at > at)
    )
    return session.scalar(statement)


def any_exist(session: Session) -> bool:
    """Tell whether there is an administrator at all."""
    return bool(session.scalar(select(exists(select(Administrator.id)))))


def add(session: Session, administrator: Administrator) -> Administrator:
    """Add a new administrator."""
    session.add(administrator)
    session.flush()
    return administrator


def add_session(session: Session, administrator_id: UUID, sha256: bytes, *, at: datetime, expires_at: datetime) -> None:
    """Remember a signed-in browser."""
    session.add(
        AdministratorSession(sha256=sha256, administrator_id=administrator_id, created_at=at, expires_at=expires_at)
    )
    session.flush()


def delete_session(session: Session, sha256: bytes) -> None:
    """Forget a signed-in browser, if it is known."""
    session.execute(delete(AdministratorSession).where(AdministratorSession.sha256 == sha256))


def delete_expired_sessions(session: Session, *, at: datetime) -> None:
    """Forget the browsers whose time is over."""
    session.execute(delete(AdministratorSession).where(AdministratorSession.expires_at <= at))
