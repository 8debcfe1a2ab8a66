"""Identity providers: find, connect, change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from roster.database import Session, core_of, registry, transaction, transactional, violations
from roster.errors import PROVIDER_NAME_TAKEN
from roster.models import Actor, IdentityProvider, Token
from roster.repositories import core, orm

VIOLATIONS = {"uq_identity_provider_name": PROVIDER_NAME_TAKEN}
COLUMNS = ("name", "dialect", "enabled")
SWITCHES = ("strict", "revive_deleted", "log_days")


@transactional
def search(organization_id: UUID) -> Sequence[IdentityProvider]:
    """Return the organization's providers by name. Writes nothing."""
    return orm.identity_providers.alphabetical(registry(), organization_id)


@transactional
def get(organization_id: UUID, provider_id: UUID) -> IdentityProvider:
    """Return one provider. Writes nothing.

    Raises:
        AppException: PROVIDER_NOT_FOUND.
    """
    return orm.identity_providers.by_id(registry(), organization_id, provider_id)


@transactional
def create(actor: Actor, *, name: str, dialect: str, at: datetime) -> IdentityProvider:
    """Create a provider, which is enabled at once. Rolls back as one.

    Raises:
        AppException: PROVIDER_NAME_TAKEN.
    """
    made = IdentityProvider(
        organization_id=actor.organization_id,
        id=uuid7(),
        name=name,
        dialect=dialect,
        enabled=True,
        options={},
        created_at=at,
    )
    with transaction(registry()) as session, violations(VIOLATIONS):
        orm.identity_providers.add(session, made)
        changes = {"name": [None, name], "dialect": [None, dialect]}
        _record(session, actor, "provider.created", made, changes, at=at)
    return made


@transactional
def change(actor: Actor, provider_id: UUID, values: Mapping[str, Any], *, at: datetime) -> IdentityProvider:
    """Change what is given: name, dialect, enabled, strict, revive_deleted, log_days. Rolls back as one.

    A change that changes nothing writes nothing.

    Raises:
        AppException: PROVIDER_NOT_FOUND, PROVIDER_NAME_TAKEN.
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        provider = orm.identity_providers.by_id(session, actor.organization_id, provider_id, for_update=True)
        before = _snapshot(provider)
        new = {name: value for name, value in values.items() if before[name] != value}
        if new:
            orm.identity_providers.change(session, provider, _columns(provider, new))
            changes = {name: [before[name], value] for name, value in new.items()}
            _record(session, actor, "provider.changed", provider, changes, at=at)
    return provider


@transactional
def tokens(organization_id: UUID, provider_id: UUID) -> Sequence[Token]:
    """Return a provider's tokens, the newest first. Writes nothing."""
    return orm.tokens.of_provider(registry(), organization_id, provider_id)


def _snapshot(provider: IdentityProvider) -> dict[str, Any]:
    columns = {name: getattr(provider, name) for name in COLUMNS}
    return columns | {name: provider.option(name) for name in SWITCHES}


def _columns(provider: IdentityProvider, new: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write: what is a switch stands in `options`."""
    options = provider.options | {name: new[name] for name in SWITCHES if name in new}
    return {name: new[name] for name in COLUMNS if name in new} | {"options": options}


def _record(
    session: Session,
    actor: Actor,
    action: str,
    provider: IdentityProvider,
    changes: Mapping[str, Any],
    *,
    at: datetime,
) -> None:
    core.events.record(
        core_of(session), actor, action, subject_id=provider.id, subject_label=provider.name, changes=changes, at=at
    )
