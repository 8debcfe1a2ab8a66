"""Administrators: their accounts, and how they sign in and out."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from uuid_utils.compat import uuid7

from roster.database import registry, transaction, transactional, violations
from roster.errors import ADMINISTRATOR_EMAIL_TAKEN, WRONG_SIGN_IN, AppException
from roster.models import Administrator
from roster.models.normal_form import name_key
from roster.repositories import orm

SIGNED_IN_FOR = timedelta(hours=12)
HASHER = PasswordHasher()


@transactional
def create(email: str, password: str, role: str, *, at: datetime, organization_id: UUID | None = None) -> Administrator:
    """Create an administrator; of every organization where none is given. Rolls back as one.

    Raises:
        AppException: ADMINISTRATOR_EMAIL_TAKEN.
    """
    administrator = Administrator(
        id=uuid7(),
        organization_id=organization_id,
        email=email,
        email_key=name_key(email),
        password_hash=HASHER.hash(password),
        role=role,
        created_at=at,
    )
    with transaction(registry()) as session, violations({"uq_administrator_email": ADMINISTRATOR_EMAIL_TAKEN}):
        orm.administrators.add(session, administrator)
    return administrator


@transactional
def any_exist() -> bool:
    """Tell whether there is an administrator at all. Writes nothing."""
    return orm.administrators.any_exist(registry())


@transactional
def sign_in(email: str, password: str, *, at: datetime) -> str:
    """Return a new session's secret, to be kept by the browser and nowhere else. Rolls back as one.

    An unknown address takes as long as a wrong password, so that time does not tell who has an account.

    Raises:
        AppException: WRONG_SIGN_IN.
    """
    administrator = orm.administrators.find_by_email(registry(), email)
    if not _verified(administrator.password_hash if administrator else _nobodys_hash(), password) or not administrator:
        raise AppException(WRONG_SIGN_IN)
    administrator_id, secret = administrator.id, secrets.token_urlsafe(32)
    with transaction(registry()) as session:
        orm.administrators.delete_expired_sessions(session, at=at)
        orm.administrators.add_session(session, administrator_id, _sha256(secret), at=at, expires_at=at + SIGNED_IN_FOR)
    return secret


@transactional
def find_by_session(secret: str, *, at: datetime) -> Administrator | None:
    """Return who is signed in with this secret; None if nobody is. Writes nothing."""
    return orm.administrators.find_by_session(registry(), _sha256(secret), at=at)


@transactional
def sign_out(secret: str) -> None:
    """End the session with this secret, if there is one. Rolls back as one."""
    with transaction(registry()) as session:
        orm.administrators.delete_session(session, _sha256(secret))


def _verified(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except VerificationError:
        return False


@cache
def _nobodys_hash() -> str:
    return HASHER.hash(secrets.token_urlsafe(16))


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
