"""Administrators: who may look after directories, how they come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from uuid_utils.compat import uuid7

from roster.database import Session, core_of, registry, transaction, transactional, violations
from roster.errors import ADMINISTRATOR_EMAIL_TAKEN, LAST_OWNER, SET_UP_DONE, AppException
from roster.models import Actor, Administrator, Invitation, secret
from roster.normal_form import name_key
from roster.repositories import core, orm

INVITED_FOR = timedelta(days=7)
VIOLATIONS = {"uq_administrator_email": ADMINISTRATOR_EMAIL_TAKEN}
COMMAND = Actor(UUID(int=0), kind="command", label="roster administrators create", door="command")


@dataclass(frozen=True, slots=True)
class Account:
    """What makes an administrator: an address, a password, a role, and the organization (None: all of them)."""

    email: str
    password: str
    role: str
    organization_id: UUID | None = None


@transactional
def create(
    email: str,
    password: str,
    role: str,
    *,
    at: datetime,
    organization_id: UUID | None = None,
    actor: Actor = COMMAND,
) -> Administrator:
    """Create an administrator; of every organization where none is given. Rolls back as one.

    Raises:
        AppException: ADMINISTRATOR_EMAIL_TAKEN.
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        return _add(session, actor, Account(email, password, role, organization_id), at=at)


@transactional
def set_up(email: str, password: str, *, at: datetime) -> Administrator:
    """Create the first owner. Works while there is no administrator at all, and never again. Rolls back as one.

    Raises:
        AppException: SET_UP_DONE.
    """
    actor = Actor(UUID(int=0), kind="administrator", label=email, door="page")
    with transaction(registry()) as session, violations(VIOLATIONS):
        core.administrators.lock(core_of(session))  # two newcomers at once: the second finds an owner
        if orm.administrators.any_exist(session):
            raise AppException(SET_UP_DONE)
        return _add(session, actor, Account(email, password, "owner"), at=at)


@transactional
def any_exist() -> bool:
    """Tell whether there is an administrator at all. Writes nothing."""
    return orm.administrators.any_exist(registry())


@transactional
def get(administrator_id: UUID, *, organization_id: UUID | None = None) -> Administrator:
    """Return the administrator with this id; with an organization given, only one of it. Writes nothing.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND.
    """
    return orm.administrators.by_id(registry(), administrator_id, organization_id=organization_id)


@transactional
def search(*, organization_id: UUID | None = None) -> Sequence[Administrator]:
    """Return administrators, by address: of one organization, or all where none is given. Writes nothing."""
    return orm.administrators.all_by_email(registry(), organization_id=organization_id)


@transactional
def history(*, limit: int = 50) -> Sequence[Row[Any]]:
    """Return what was done to administrators, the newest first. Writes nothing."""
    return core.administrators.events(core_of(registry()), limit=limit)


@transactional
def change_role(
    actor: Actor, administrator_id: UUID, role: str, *, at: datetime, organization_id: UUID | None = None
) -> Administrator:
    """Give an administrator (with an organization given, one of it) another role. Rolls back as one.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND, LAST_OWNER.
    """
    with transaction(registry()) as session:
        core.administrators.lock(core_of(session))  # two owners who step down at once would leave none
        administrator = orm.administrators.by_id(session, administrator_id, organization_id=organization_id)
        if role != administrator.role:
            _demand_another_owner(session, administrator)
            _record(session, actor, "administrator.changed", administrator, {"role": [administrator.role, role]}, at=at)
            administrator.role = role
    return administrator


@transactional
def disable(
    actor: Actor, administrator_id: UUID, *, at: datetime, organization_id: UUID | None = None
) -> Administrator:
    """Let an administrator (with an organization given, one of it) no longer sign in, and sign them out everywhere.

    Rolls back as one.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND, LAST_OWNER.
    """
    with transaction(registry()) as session:
        core.administrators.lock(core_of(session))
        administrator = orm.administrators.by_id(session, administrator_id, organization_id=organization_id)
        if administrator.disabled_at is None:
            _demand_another_owner(session, administrator)
            administrator.disabled_at = at
            orm.administrators.delete_sessions(session, administrator_id)
            _record(session, actor, "administrator.disabled", administrator, {}, at=at)
    return administrator


@transactional
def enable(actor: Actor, administrator_id: UUID, *, at: datetime, organization_id: UUID | None = None) -> Administrator:
    """Let a disabled administrator (with an organization given, one of it) sign in again. Rolls back as one.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND.
    """
    with transaction(registry()) as session:
        administrator = orm.administrators.by_id(session, administrator_id, organization_id=organization_id)
        if administrator.disabled_at is not None:
            administrator.disabled_at = None
            _record(session, actor, "administrator.enabled", administrator, {}, at=at)
    return administrator


@transactional
def invite(actor: Actor, email: str, role: str, *, at: datetime, organization_id: UUID | None = None) -> str:
    """Return the secret of a link by which somebody becomes an administrator; it is kept nowhere. Rolls back as one."""
    text = secret.new()
    invitation = Invitation(
        id=uuid7(),
        sha256=secret.digest(text),
        organization_id=organization_id,
        email=email,
        role=role,
        invited_by=actor.label,
        created_at=at,
        expires_at=at + INVITED_FOR,
    )
    with transaction(registry()) as session:
        orm.administrators.add_invitation(session, invitation)
        core.administrators.record(
            core_of(session), actor, "administrator.invited", email, {"role": [None, role]}, at=at
        )
    return text


@transactional
def invitation(text: str, *, at: datetime) -> Invitation:
    """Return the invitation with this secret. Writes nothing.

    Raises:
        AppException: INVITATION_NOT_FOUND, also for one that was accepted or is too old.
    """
    return orm.administrators.open_invitation(registry(), secret.digest(text), at=at)


@transactional
def invitations(*, at: datetime, organization_id: UUID | None = None) -> Sequence[Invitation]:
    """Return the invitations that can still be accepted. Writes nothing."""
    return orm.administrators.open_invitations(registry(), organization_id=organization_id, at=at)


@transactional
def accept(text: str, password: str, *, at: datetime) -> Administrator:
    """Make an administrator of whom the invitation with this secret names. Rolls back as one.

    Raises:
        AppException: INVITATION_NOT_FOUND, ADMINISTRATOR_EMAIL_TAKEN.
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        invited = orm.administrators.open_invitation(session, secret.digest(text), at=at, for_update=True)
        invited.accepted_at = at
        actor = Actor(UUID(int=0), kind="administrator", label=invited.email, door="page")
        account = Account(invited.email, password, invited.role, invited.organization_id)
        return _add(session, actor, account, at=at)


@transactional
def withdraw(actor: Actor, invitation_id: UUID, *, at: datetime, organization_id: UUID | None = None) -> None:
    """Take an invitation back; one that is gone stays so. Rolls back as one."""
    with transaction(registry()) as session:
        email = orm.administrators.delete_invitation(session, invitation_id, organization_id=organization_id)
        if email is not None:
            core.administrators.record(core_of(session), actor, "administrator.uninvited", email, {}, at=at)


def _add(session: Session, actor: Actor, account: Account, *, at: datetime) -> Administrator:
    administrator = Administrator(
        id=uuid7(),
        organization_id=account.organization_id,
        email=account.email,
        email_key=name_key(account.email),
        password_hash=secret.hash_password(account.password),
        role=account.role,
        created_at=at,
        failed_count=0,
    )
    orm.administrators.add(session, administrator)
    _record(session, actor, "administrator.created", administrator, {"role": [None, account.role]}, at=at)
    return administrator


def _demand_another_owner(session: Session, administrator: Administrator) -> None:
    is_owner = administrator.role == "owner" and administrator.organization_id is None
    if is_owner and not orm.administrators.another_owner_exists(session, administrator.id):
        raise AppException(LAST_OWNER)


def _record(
    session: Session, actor: Actor, action: str, subject: Administrator, changes: dict[str, Any], *, at: datetime
) -> None:
    core.administrators.record(core_of(session), actor, action, subject.email, changes, at=at)
