"""The end of what was deleted: rows that are gone for good, and what events keep of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Result,
    Row,
    ScalarSelect,
    Update,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from roster.models import Base, Event, Group, Organization, User


def purge_after(organization_id: UUID, *, at: datetime) -> ScalarSelect[Any]:
    """Return the time at which what is deleted at `at` will be purged, as the organization's setting says."""
    days = func.make_interval(0, 0, 0, Organization.purge_days)
    return select(literal(at) + days).where(Organization.id == organization_id).scalar_subquery()


def users(connection: Connection, organization_id: UUID, *, at: datetime, limit: int) -> Sequence[Row[Any]]:
    """Delete users whose time is over, their addresses and memberships too; return id and label of each."""
    due = _due(connection, User, organization_id, at, limit)
    orphaned = update(User).where(User.organization_id == organization_id, User.manager_id.in_(due))
    connection.execute(orphaned.values(manager_id=None))
    return _delete(connection, User, organization_id, due, User.user_name)


def groups(connection: Connection, organization_id: UUID, *, at: datetime, limit: int) -> Sequence[Row[Any]]:
    """Delete groups whose time is over, and who was in them; return id and label of each."""
    due = _due(connection, Group, organization_id, at, limit)
    return _delete(connection, Group, organization_id, due, Group.display_name)


def events(connection: Connection, organization_id: UUID, ids: Collection[UUID], *, keeps: str) -> None:
    """Take from the events about these what the organization does not want to keep; the events themselves stay."""
    if keeps == "changes" or not ids:
        return
    about = or_(Event.subject_id.in_(ids), Event.object_id.in_(ids))
    scrubbed = update(Event).where(Event.organization_id == organization_id, about)
    connection.execute(scrubbed.values(changes=cast({}, JSONB)))
    if keeps == "nothing":
        connection.execute(_unlabelled(organization_id, ids, Event.subject_id, "subject_label"))
        connection.execute(_unlabelled(organization_id, ids, Event.object_id, "object_label"))


def organizations(connection: Connection, *, at: datetime) -> Sequence[UUID]:
    """Return the deleted organizations whose time is over."""
    due = select(Organization.id).where(Organization.deleted_at.is_not(None), Organization.purge_after <= at)
    return connection.scalars(due.order_by(Organization.id)).all()


def is_due(connection: Connection, organization_id: UUID, *, at: datetime) -> bool:
    """Tell whether the organization is deleted and its time over; nobody restores it until this transaction ends."""
    due = select(Organization.id).where(
        Organization.id == organization_id, Organization.deleted_at.is_not(None), Organization.purge_after <= at
    )
    return connection.scalar(due.with_for_update()) is not None


def organization(connection: Connection, organization_id: UUID) -> None:
    """Delete an organization and every row of it, events included."""
    for table in reversed(Base.metadata.sorted_tables):  # children first
        if "organization_id" in table.c:
            connection.execute(delete(table).where(table.c.organization_id == organization_id))
    connection.execute(delete(Organization).where(Organization.id == organization_id))


def _due(connection: Connection, model: Any, organization_id: UUID, at: datetime, limit: int) -> Sequence[UUID]:
    """Those whose time is over, locked: who is being restored just now is left alone, and nobody is from now on."""
    statement = (
        select(model.id)
        .where(model.organization_id == organization_id, model.deleted_at.is_not(None), model.purge_after <= at)
        .order_by(model.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return connection.scalars(statement).all()


def _delete(
    connection: Connection, model: Any, organization_id: UUID, due: Collection[UUID], label: Any
) -> Sequence[Row[Any]]:
    statement = delete(model).where(model.organization_id == organization_id, model.id.in_(due))
    result: Result[Any] = connection.execute(statement.returning(model.id, label.label("label")))
    return result.all()


def _unlabelled(organization_id: UUID, ids: Collection[UUID], key: Any, label: str) -> Update:
    return update(Event).where(Event.organization_id == organization_id, key.in_(ids)).values({label: ""})
