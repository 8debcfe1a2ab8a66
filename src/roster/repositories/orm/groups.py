"""One group."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from roster.errors import GROUP_NOT_FOUND, AppException
from roster.models import Group


def by_id(session: Session, organization_id: UUID, group_id: UUID, *, for_update: bool = False) -> Group:
    """Return the live group with this id.

    Raises:
        AppException: GROUP_NOT_FOUND, also for a soft-deleted group or one of another organization.
    """
    group = by_id_with_deleted(session, organization_id, group_id, for_update=for_update)
    if group.deleted_at is not None:
        raise AppException(GROUP_NOT_FOUND)
    return group


def by_id_with_deleted(session: Session, organization_id: UUID, group_id: UUID, *, for_update: bool = False) -> Group:
    """Return the group with this id, soft-deleted or not.

    Raises:
        AppException: GROUP_NOT_FOUND, also for a group of another organization.
    """
    statement = select(Group).where(Group.organization_id == organization_id, Group.id == group_id)
    if for_update:  # two writers wait for each other; who puts the group into another does not (FOR NO KEY UPDATE)
        statement = statement.with_for_update(key_share=True)
    if (group := session.scalar(statement)) is None:
        raise AppException(GROUP_NOT_FOUND)
    return group


def add(session: Session, group: Group) -> Group:
    """Add a new group."""
    group.derive()
    session.add(group)
    session.flush()
    return group


def change(session: Session, group: Group, values: Mapping[str, Any], *, at: datetime) -> Group:
    """Write the given columns, and count the version up."""
    for name, value in values.items():
        setattr(group, name, value)
    group.derive()
    group.version += 1
    group.updated_at = at
    session.flush()
    return group
