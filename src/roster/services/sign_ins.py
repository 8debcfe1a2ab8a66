"""Signing in: password, second factor (RFC 6238), the browsers that are signed in."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from uuid_utils.compat import uuid7

from roster.database import Session, core_of, registry, transaction, transactional
from roster.errors import CODE_NEEDED, LOCKED_OUT, WRONG_CODE, WRONG_SIGN_IN, AppException, ErrorCode
from roster.models import Actor, Administrator, AdministratorSession, secret
from roster.repositories import core, orm

SIGNED_IN_FOR = timedelta(hours=12)
FREE_ATTEMPTS = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(seconds=15), timedelta(minutes=15)
RECOVERY_CODES = 10
STEP = 30
"""Seconds for which a code is good; the step before and after are accepted, for clocks that differ."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in from, as the browser says it."""

    user_agent: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and since when it is known that it is they."""

    administrator: Administrator
    session_id: UUID
    confirmed_at: datetime


@transactional
def sign_in(email: str, password: str, *, at: datetime, code: str = "", browser: Browser = Browser()) -> str:
    """Return a new session's secret, to be kept by the browser and nowhere else. Rolls back as one.

    An unknown address takes as long as a wrong password, so that time does not tell who has an account. Wrong attempts
    are counted even though they fail; after some, each locks the account for twice as long as the one before.

    Raises:
        AppException: WRONG_SIGN_IN, CODE_NEEDED, WRONG_CODE, LOCKED_OUT.
    """
    text = secret.new()
    with transaction(registry()) as session:
        administrator = orm.administrators.find_by_email(session, email, for_update=True)
        fault = _fault(session, administrator, password, code, at=at)
        if administrator is not None:
            _count(administrator, fault, at=at)
        if administrator is not None and fault is None:
            orm.administrators.delete_expired_sessions(session, at=at)
            orm.administrators.add_session(session, _new_session(administrator, text, browser, at=at))
    if fault is not None:
        raise fault
    return text


@transactional
def find(text: str, *, at: datetime) -> SignedIn | None:
    """Return who is signed in with this secret; None if nobody is. Writes nothing."""
    found = orm.administrators.find_session(registry(), secret.digest(text), at=at)
    return SignedIn(found[0], found[1].id, found[1].confirmed_at) if found else None


@transactional
def confirm(administrator_id: UUID, text: str, password: str, *, at: datetime, code: str = "") -> None:
    """Check again that it is they, before a dangerous act. Wrong attempts count as in `sign_in`. Rolls back as one.

    Raises:
        AppException: WRONG_SIGN_IN, CODE_NEEDED, WRONG_CODE, LOCKED_OUT.
    """
    with transaction(registry()) as session:
        administrator = orm.administrators.by_id(session, administrator_id, for_update=True)
        fault = _fault(session, administrator, password, code, at=at)
        _count(administrator, fault, at=at)
        if fault is None:
            orm.administrators.confirm_session(session, secret.digest(text), at=at)
    if fault is not None:
        raise fault


@transactional
def sign_out(text: str) -> None:
    """End the session with this secret, if there is one. Rolls back as one."""
    with transaction(registry()) as session:
        orm.administrators.delete_session(session, secret.digest(text))


@transactional
def search(administrator_id: UUID, *, at: datetime) -> Sequence[AdministratorSession]:
    """Return the administrator's signed-in browsers, the newest first. Writes nothing."""
    return orm.administrators.sessions(registry(), administrator_id, at=at)


@transactional
def end(administrator_id: UUID, session_id: UUID) -> None:
    """Sign one of the administrator's browsers out, if it is signed in. Rolls back as one."""
    with transaction(registry()) as session:
        orm.administrators.delete_sessions(session, administrator_id, only=session_id)


@transactional
def end_others(administrator_id: UUID, text: str) -> None:
    """Sign all of the administrator's browsers out but the one with this secret. Rolls back as one."""
    with transaction(registry()) as session:
        orm.administrators.delete_sessions(session, administrator_id, but=secret.digest(text))


@transactional
def change_password(actor: Actor, administrator_id: UUID, password: str, text: str, *, at: datetime) -> None:
    """Give the administrator another password, and sign all other browsers out. Rolls back as one.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND.
    """
    with transaction(registry()) as session:
        administrator = orm.administrators.by_id(session, administrator_id)
        administrator.password_hash = secret.hash_password(password)
        orm.administrators.delete_sessions(session, administrator_id, but=secret.digest(text))
        _record(session, actor, "administrator.password_changed", administrator, at=at)


@transactional
def enable_codes(actor: Actor, administrator_id: UUID, totp_secret: str, code: str, *, at: datetime) -> list[str]:
    """Ask for codes of this secret from now on; return recovery codes, which are shown this once. Rolls back as one.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND, WRONG_CODE: the app does not make the codes of this secret.
    """
    step = _step_of(totp_secret, code, None, at=at)
    if step is None:
        raise AppException(WRONG_CODE)
    codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _ in range(RECOVERY_CODES)]
    with transaction(registry()) as session:
        administrator = orm.administrators.by_id(session, administrator_id)
        administrator.totp_secret, administrator.totp_since, administrator.totp_step = totp_secret, at, step
        orm.administrators.replace_recovery_codes(session, administrator_id, map(secret.digest, codes))
        _record(session, actor, "administrator.codes_enabled", administrator, at=at)
    return codes


@transactional
def disable_codes(actor: Actor, administrator_id: UUID, *, at: datetime) -> None:
    """Ask for no codes any more. Rolls back as one.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND.
    """
    with transaction(registry()) as session:
        administrator = orm.administrators.by_id(session, administrator_id)
        administrator.totp_secret = administrator.totp_since = administrator.totp_step = None
        orm.administrators.replace_recovery_codes(session, administrator_id, [])
        _record(session, actor, "administrator.codes_disabled", administrator, at=at)


def _fault(
    session: Session, administrator: Administrator | None, password: str, code: str, *, at: datetime
) -> AppException | None:
    """What is wrong with this attempt, if anything. The password comes first: only who knows it learns the rest."""
    if administrator and administrator.locked_until and administrator.locked_until > at:
        seconds = int((administrator.locked_until - at).total_seconds()) + 1
        return AppException(LOCKED_OUT, f"Too many wrong attempts; try again in {seconds} s.", retry_after=seconds)
    is_right = secret.is_password(administrator.password_hash if administrator else None, password)
    if administrator is None or not is_right or administrator.disabled_at is not None:
        return AppException(WRONG_SIGN_IN)
    fault = _fault_of_code(session, administrator, code, at=at)
    return AppException(fault) if fault else None


def _fault_of_code(session: Session, administrator: Administrator, code: str, *, at: datetime) -> ErrorCode | None:
    if administrator.totp_secret is None:
        return None
    if not (code := code.strip().replace(" ", "").lower()):
        return CODE_NEEDED
    step = _step_of(administrator.totp_secret, code, administrator.totp_step, at=at)
    if step is not None:
        administrator.totp_step = step
        return None
    used = orm.administrators.use_recovery_code(session, administrator.id, secret.digest(code), at=at)
    return None if used else WRONG_CODE


def _step_of(totp_secret: str, code: str, last: int | None, *, at: datetime) -> int | None:
    """The time step whose code this is; None if it is of none, or of one that was used (RFC 6238 §5.2)."""
    totp, now = pyotp.TOTP(totp_secret, interval=STEP), int(at.timestamp()) // STEP
    steps = (step for step in (now - 1, now, now + 1) if last is None or step > last)
    return next((step for step in steps if secrets.compare_digest(totp.at(step * STEP).encode(), code.encode())), None)


def _count(administrator: Administrator, fault: AppException | None, *, at: datetime) -> None:
    """Count wrong attempts, and lock the account where there are too many. A right one forgives them."""
    if fault is None:
        administrator.failed_count, administrator.locked_until = 0, None
    elif fault.error in {WRONG_SIGN_IN, WRONG_CODE}:
        administrator.failed_count += 1
        if (beyond := administrator.failed_count - FREE_ATTEMPTS) >= 0:
            administrator.locked_until = at + min(LONGEST_LOCK, FIRST_LOCK * 2 ** min(beyond, 10))


def _new_session(administrator: Administrator, text: str, browser: Browser, *, at: datetime) -> AdministratorSession:
    return AdministratorSession(
        sha256=secret.digest(text),
        id=uuid7(),
        administrator_id=administrator.id,
        user_agent=browser.user_agent[:255],
        address=browser.address[:255],
        created_at=at,
        expires_at=at + SIGNED_IN_FOR,
        confirmed_at=at,
    )


def _record(session: Session, actor: Actor, action: str, subject: Administrator, *, at: datetime) -> None:
    core.administrators.record(core_of(session), actor, action, subject.email, {}, at=at)
