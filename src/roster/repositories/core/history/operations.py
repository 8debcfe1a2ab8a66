"""Operations, whom they left out, and what their events say: enough to tell them, and to undo them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Result, Row, Uuid, and_, any_, cast, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from roster.models import Event, Group, LeftOut, Operation, User


def add(connection: Connection, organization_id: UUID, operation: Mapping[str, Any]) -> bool:
    """Write down that an operation begins; False where there is one of this id, for it came before."""
    row = {"organization_id": organization_id, **operation}
    added = insert(Operation).values(row).on_conflict_do_nothing().returning(Operation.id)
    return connection.scalar(added) is not None


def tell(connection: Connection, organization_id: UUID, operation_id: UUID, about: Mapping[str, Any]) -> None:
    """Write down more of what an operation is done with."""
    connection.execute(_one(organization_id, operation_id).values(about=Operation.about.op("||")(cast(about, JSONB))))


def finish(connection: Connection, organization_id: UUID, operation_id: UUID, counts: Mapping[str, int]) -> None:
    """Write down how many were done, unchanged and skipped."""
    connection.execute(_one(organization_id, operation_id).values(**counts))


def leave_out(
    connection: Connection, organization_id: UUID, operation_id: UUID, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write down whom the operation did not change: subject_id, group_id, outcome, reason and by of each, in order."""
    key = {"organization_id": organization_id, "operation_id": operation_id}
    told = [key | {"position": position, **row} for position, row in enumerate(rows)]
    if told:
        connection.execute(insert(LeftOut), told)


def find_by_id(connection: Connection, organization_id: UUID, operation_id: UUID) -> Row[Any] | None:
    """Return an operation; None if there is none."""
    statement = select(Operation.__table__).where(
        Operation.organization_id == organization_id, Operation.id == operation_id
    )
    return connection.execute(statement).one_or_none()


def told_by_events(connection: Connection, organization_id: UUID, operation_id: UUID) -> Row[Any] | None:
    """Return an operation that nobody wrote down, as its events tell it; None if none do."""
    statement = (
        select(func.min(Event.at).label("at"), Event.actor_label, Event.door, func.count().label("done"))
        .where(Event.organization_id == organization_id, Event.operation_id == operation_id)
        .group_by(Event.actor_label, Event.door)
        .limit(1)
    )
    result: Result[Any] = connection.execute(statement)
    return result.one_or_none()


def page(connection: Connection, organization_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return the newest operations that are older than `before`, the newest first."""
    statement = select(Operation.__table__).where(Operation.organization_id == organization_id)
    if before is not None:
        statement = statement.where(Operation.id < before)
    result: Result[Any] = connection.execute(statement.order_by(Operation.id.desc()).limit(limit))
    return result.all()


def left_out(
    connection: Connection, organization_id: UUID, operation_id: UUID, *, after: int, limit: int
) -> Sequence[Row[Any]]:
    """Return whom an operation left out, from the position after `after` on; what they are called, if they are there.

    Columns: position, subject_id, outcome, reason, by; user_name, group_name: None where there is no such one.
    """
    columns = (LeftOut.position, LeftOut.subject_id, LeftOut.group_id, LeftOut.outcome, LeftOut.reason, LeftOut.by)
    is_user = and_(User.organization_id == LeftOut.organization_id, User.id == LeftOut.subject_id)
    is_group = and_(Group.organization_id == LeftOut.organization_id, Group.id == LeftOut.subject_id)
    statement = (
        select(*columns, User.user_name.label("user_name"), Group.display_name.label("group_name"))
        .outerjoin(User, is_user)
        .outerjoin(Group, is_group)
        .where(LeftOut.organization_id == organization_id, LeftOut.operation_id == operation_id)
        .where(LeftOut.position > after)
    )
    result: Result[Any] = connection.execute(statement.order_by(LeftOut.position).limit(limit))
    return result.all()


def events(
    connection: Connection, organization_id: UUID, operation_id: UUID, *, after: UUID | None, limit: int | None
) -> Sequence[Row[Any]]:
    """Return what an operation did, in the order in which it did it; all of it where `limit` is None."""
    statement = select(Event.__table__).where(
        Event.organization_id == organization_id, Event.operation_id == operation_id
    )
    if after is not None:
        statement = statement.where(Event.id > after)
    result: Result[Any] = connection.execute(statement.order_by(Event.id).limit(limit))
    return result.all()


def later(
    connection: Connection,
    organization_id: UUID,
    operation_id: UUID,
    *,
    since: UUID,
    subject_ids: Collection[UUID],
    object_ids: Collection[UUID] = (),
) -> Sequence[Row[Any]]:
    """Return what others did since an event to these subjects, the oldest first.

    Where objects are given, only what was done with one of them counts (who came into a group, or went).
    """
    with_whom = Event.object_id == any_(_list(object_ids)) if object_ids else Event.object_id.is_(None)
    columns = (Event.id, Event.subject_id, Event.object_id, Event.action, Event.actor_label, Event.changes)
    statement = select(*columns).where(
        Event.organization_id == organization_id,
        Event.subject_id == any_(_list(subject_ids)),
        with_whom,
        Event.id > since,
        or_(Event.operation_id.is_(None), Event.operation_id != operation_id),
    )
    result: Result[Any] = connection.execute(statement.order_by(Event.id))
    return result.all()


def mark_undone(connection: Connection, organization_id: UUID, operation_id: UUID, by: UUID) -> bool:
    """Write down which operation undid this one; False where one did before."""
    statement = _one(organization_id, operation_id).where(Operation.undone_by.is_(None)).values(undone_by=by)
    return connection.execute(statement).rowcount == 1


def _one(organization_id: UUID, operation_id: UUID) -> Any:
    return update(Operation).where(Operation.organization_id == organization_id, Operation.id == operation_id)


def _list(ids: Collection[UUID]) -> Any:
    """The ids as one parameter, however many they are."""
    return literal(sorted(set(ids)), ARRAY(Uuid))
