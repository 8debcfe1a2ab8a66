"""People as identity providers know them: find, create, replace, patch, delete; who is hired again."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row
from sqlalchemy.orm.exc import StaleDataError

from roster.database import reading, registry, transactional, violations, writing
from roster.errors import EXTERNAL_ID_TAKEN, USER_NAME_TAKEN, AppException
from roster.models import Actor, Person, Provider, User
from roster.repositories import core, orm
from roster.repositories.core.history.events import Change
from roster.scim import user_values
from roster.scim.attributes import USER
from roster.scim.patch import Operation, apply
from roster.services.provisioning import hiring, user_changes
from roster.services.provisioning.keys import demand_version
from roster.services.provisioning.query import Found, Query, found

VIOLATIONS = {"uq_user_user_name_live": USER_NAME_TAKEN, "uq_user_external_id_live": EXTERNAL_ID_TAKEN}
VERSION = re.compile("[1-9][0-9]{0,8}")
"""What a version looks like; others name none that a user has."""


@transactional
def get(organization_id: UUID, user_id: UUID, *, groups: bool = True) -> Row[Any]:
    """Return a live user as SCIM shows them, with their groups if these are asked for. Writes nothing.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    with reading() as connection:
        return core.provisioned_users.by_id(connection, organization_id, user_id, groups=groups)


@transactional
def search(organization_id: UUID, query: Query) -> Found:
    """Return a page of live users as SCIM shows them. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR; INVALID_PATH for what can't be sorted by.
    """
    with reading() as connection:
        return found(
            query,
            lambda: core.provisioned_users.page(
                connection, organization_id, query.condition, **query.part(), groups=query.related
            ),
            lambda: core.provisioned_users.count(connection, organization_id, query.condition),
        )


@transactional
def create(actor: Actor, provider: Provider, document: Mapping[str, Any], *, at: datetime) -> Row[Any]:
    """Create a user, or bring back the one whom this provider had under the same external id. Rolls back as one.

    One who is suspended becomes what the document says and is active again, under the same id. One who was deleted
    becomes a new user, who names them as predecessor (ids are never given again, RFC 7643 §3.1), or comes back under
    the same id where the provider's switch says so. Nobody else is ever adopted, least of all a local account.

    Raises:
        AppException: USER_NAME_TAKEN, EXTERNAL_ID_TAKEN, INVALID_VALUE (an unknown manager, when strict).
    """
    values = user_values.to_columns(document)
    with _naming_the_holder(actor, provider, values), writing() as connection, violations(VIOLATIONS):
        user_id = hiring.hire(connection, actor, provider, values, at=at)
        return core.provisioned_users.by_id(connection, actor.organization_id, user_id)


@transactional
def replace(
    actor: Actor,
    provider: Provider,
    user_id: UUID,
    document: Mapping[str, Any],
    *,
    at: datetime,
    expected_version: Collection[str] | None = None,
) -> Row[Any]:
    """Make a user what the document says: what it does not give is cleared. Rolls back as one.

    RFC 7644 §3.5.1 leaves it to the server what becomes of `active` and `externalId` where they are not given. They
    stay as they are, so that nobody's suspension ends by an omission and rehires are recognised; a strict provider's
    external id is cleared with the rest. A document that changes nothing writes nothing.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION, USER_NAME_TAKEN, EXTERNAL_ID_TAKEN, INVALID_VALUE (an unknown
            manager, when strict).
    """
    values = user_values.to_columns(document)
    with _naming_the_holder(actor, provider, values), writing() as connection, violations(VIOLATIONS):
        user = _locked(connection, actor, user_id, expected_version)
        if "active" not in document:
            values["active"] = user.active
        if "externalId" not in document and not provider.strict:
            values["external_id"] = user.external_id
        user_changes.write(connection, actor, provider, user, values, at=at)
        return core.provisioned_users.by_id(connection, actor.organization_id, user_id)


@transactional
def patch(
    actor: Actor,
    provider: Provider,
    user_id: UUID,
    operations: Sequence[Operation],
    *,
    at: datetime,
    expected_version: Collection[str] | None = None,
) -> Row[Any]:
    """Apply the operations of a PATCH to a user, all or none (RFC 7644 §3.5.2). Rolls back as one.

    Two who patch one user wait for each other: neither loses what the other did. What changes nothing writes nothing.
    To remove `active` ends nobody's suspension: only to say that it is true does.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION, USER_NAME_TAKEN, EXTERNAL_ID_TAKEN, INVALID_VALUE, MUTABILITY,
            NO_TARGET.
    """
    values: dict[str, Any] = {}
    with _naming_the_holder(actor, provider, values), writing() as connection, violations(VIOLATIONS):
        user = _locked(connection, actor, user_id, expected_version)
        document = apply(USER, user_changes.document(user), operations)
        values |= user_values.to_columns(document, active=user.active)
        user_changes.write(connection, actor, provider, user, values, at=at)
        return core.provisioned_users.by_id(connection, actor.organization_id, user_id)


@transactional
def remove(actor: Actor, user_id: UUID, *, at: datetime, expected_version: Collection[str] | None = None) -> None:
    """Soft-delete a user: out of all groups and lists, the user name free at once. Rolls back as one.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION.
    """
    removed = Change("user.deleted", user_id, "", {})
    versions = None if expected_version is None else [int(text) for text in expected_version if VERSION.fullmatch(text)]
    with writing() as connection:
        if not core.user_writes.remove(connection, actor, removed, versions=versions, at=at):
            _locked(connection, actor, user_id, expected_version)
            raise StaleDataError(f"user {user_id} changed while they were looked for")


def _locked(connection: Connection, actor: Actor, user_id: UUID, expected_version: Collection[str] | None) -> Person:
    user = core.user_writes.by_id_for_update(connection, actor.organization_id, user_id)
    demand_version(str(user.version), expected_version)
    return user


@contextmanager
def _naming_the_holder(actor: Actor, provider: Provider, values: Mapping[str, Any]) -> Iterator[None]:
    """Say whose the user name is that is taken: only an administrator can do something about a local account."""
    try:
        yield
    except AppException as error:
        if error.error is not USER_NAME_TAKEN:
            raise
        holder = orm.users.find_by_user_name(registry(), actor.organization_id, values["user_name"])
        raise AppException(USER_NAME_TAKEN, _whose(holder, provider)) from error


def _whose(holder: User | None, provider: Provider) -> str | None:
    if holder is None or holder.identity_provider_id == provider.id:
        return None
    if holder.identity_provider_id is None:
        return f"A local account has this user name; an administrator can link it to {provider.name}."
    return "An account of another identity provider has this user name."
