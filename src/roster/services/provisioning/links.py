"""Whom an administrator links to an identity provider: the only way in which a local account becomes a provider's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from roster.database import Session, core_of, registry, transaction, transactional, violations
from roster.errors import EXTERNAL_ID_TAKEN
from roster.models import Actor, IdentityProvider, Person
from roster.repositories import core, orm
from roster.repositories.core.history.events import Change

VIOLATIONS = {"uq_user_external_id_live": EXTERNAL_ID_TAKEN}


@transactional
def link_user(actor: Actor, user_id: UUID, provider_id: UUID, external_id: str, *, at: datetime) -> Person:
    """Let a provider look after a user under its external id, in another's place if there was one. Rolls back as one.

    Nothing else ever does this: a provider that names an account which is not its own gets a conflict.

    Raises:
        AppException: USER_NOT_FOUND, PROVIDER_NOT_FOUND, EXTERNAL_ID_TAKEN.
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        provider = orm.identity_providers.by_id(session, actor.organization_id, provider_id)
        return _set_link(session, actor, user_id, provider, {"external_id": external_id}, at=at)


@transactional
def unlink_user(actor: Actor, user_id: UUID, *, at: datetime) -> Person:
    """Make a user a local account, whom no provider looks after; one who is stays so. Rolls back as one.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    with transaction(registry()) as session:
        return _set_link(session, actor, user_id, None, {}, at=at)


def _set_link(
    session: Session,
    actor: Actor,
    user_id: UUID,
    provider: IdentityProvider | None,
    values: Mapping[str, Any],
    *,
    at: datetime,
) -> Person:
    user = core.user_writes.by_id_for_update(core_of(session), actor.organization_id, user_id)
    new = {"identity_provider_id": provider.id if provider else None, **values}
    before = {name: getattr(user, name) for name in new}
    if new != before:
        changes = {name: [before[name], value] for name, value in values.items() if before[name] != value}
        changes["identity_provider"] = [_name(session, user), provider.name if provider else None]
        linked = Change("user.linked" if provider else "user.unlinked", user.id, user.user_name, changes)
        was = user.columns()
        user.give(new, at=at)
        core.user_writes.change(core_of(session), user, was, actor, linked, at=at)
    return user


def _name(session: Session, user: Person) -> str | None:
    """The name of the provider that looks after the user until now."""
    if user.identity_provider_id is None:
        return None
    return orm.identity_providers.by_id(session, user.organization_id, user.identity_provider_id).name
