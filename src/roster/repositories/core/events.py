"""Events: append-only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Result,
    Row,
    Select,
    cast,
    func,
    insert,
    or_,
    select,
    tuple_,
    union_all,
)
from uuid_utils.compat import uuid7

from roster.errors import INVALID_CURSOR, AppException
from roster.models import Actor, Event
from roster.models.event import Xid8

_INSERT = insert(Event)


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one subject: field → [before, after]; and whom or what it was done with, where that counts."""

    action: str
    subject_id: UUID
    subject_label: str
    changes: Mapping[str, Any]
    object_id: UUID | None = None
    object_label: str | None = None


def record(
    connection: Connection,
    actor: Actor,
    action: str,
    *,
    subject_id: UUID,
    subject_label: str,
    changes: Mapping[str, Any],
    at: datetime,
) -> None:
    """Write down one change, in the transaction that makes it. `changes` is field → [before, after]."""
    record_all(connection, actor, [Change(action, subject_id, subject_label, changes)], at=at)


def record_all(connection: Connection, actor: Actor, changes: Sequence[Change], *, at: datetime) -> None:
    """Write down many changes, in one statement."""
    shared = {
        "organization_id": actor.organization_id,
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "door": actor.door,
        "request_id": actor.request_id,
    }
    if changes:
        connection.execute(_INSERT, [shared | {"id": uuid7()} | asdict(change) for change in changes])


def of_subject(connection: Connection, organization_id: UUID, subject_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """Return the newest events that have this subject or object, the newest first."""
    about = (
        _newest(Event.organization_id == organization_id, Event.subject_id == subject_id, limit=limit),
        _newest(Event.organization_id == organization_id, Event.object_id == subject_id, limit=limit),
    )
    both = union_all(*about).subquery()
    result: Result[Any] = connection.execute(select(both).order_by(both.c.id.desc()).limit(limit))
    return result.all()


def _newest(*conditions: ColumnElement[bool], limit: int) -> Select[Any]:
    return select(Event.__table__).where(*conditions).order_by(Event.id.desc()).limit(limit)


@dataclass(frozen=True, slots=True)
class Search:
    """Which events: by words in a label, by action (or its beginning, as `user.`), by time."""

    actor: str = ""
    subject: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a row has to meet."""
        conditions: list[ColumnElement[bool]] = []
        if self.actor:
            conditions.append(Event.actor_label.icontains(self.actor, autoescape=True))
        if self.subject:
            labels = (Event.subject_label, Event.object_label)
            conditions.append(or_(*(label.icontains(self.subject, autoescape=True) for label in labels)))
        if self.action:
            conditions.append(Event.action.startswith(self.action, autoescape=True))
        if self.since is not None:
            conditions.append(Event.at >= self.since)
        if self.until is not None:
            conditions.append(Event.at < self.until)
        return conditions


def page(
    connection: Connection, organization_id: UUID, search: Search, *, before: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return the newest events that are older than `before`, the newest first."""
    statement = select(Event.__table__).where(Event.organization_id == organization_id, *search.conditions())
    if before is not None:
        statement = statement.where(Event.id < before)
    result: Result[Any] = connection.execute(statement.order_by(Event.id.desc()).limit(limit))
    return result.all()


def stream(connection: Connection, organization_id: UUID, search: Search, *, batch: int = 1000) -> Iterator[Row[Any]]:
    """Give every event, the oldest first, from one snapshot; `batch` rows are held at a time."""
    statement = select(Event.__table__).where(Event.organization_id == organization_id, *search.conditions())
    yield from connection.execution_options(yield_per=batch).execute(statement.order_by(Event.id))


def feed(
    connection: Connection, organization_id: UUID, *, after: str | None, limit: int
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return the next events after a place, in the order in which they can be told, and the place after them.

    Only events of transactions below every running one are given (`pg_snapshot_xmin`): a later commit can't appear
    before a place that was given out, which is what a sequence can't promise. The order is (transaction, id).

    Raises:
        AppException: INVALID_CURSOR.
    """
    statement = select(Event.__table__).where(
        Event.organization_id == organization_id, Event.tx < func.pg_snapshot_xmin(func.pg_current_snapshot())
    )
    if after is not None:
        tx, event_id = _place(after)
        statement = statement.where(tuple_(Event.tx, Event.id) > tuple_(cast(str(tx), Xid8), event_id))
    result: Result[Any] = connection.execute(statement.order_by(Event.tx, Event.id).limit(limit))
    rows = result.all()
    return rows, f"{rows[-1].tx}.{rows[-1].id.hex}" if rows else after


def _place(cursor: str) -> tuple[int, UUID]:
    tx, _, event_id = cursor.partition(".")
    if not (tx.isascii() and tx.isdigit() and len(tx) < 20):
        raise AppException(INVALID_CURSOR)
    try:
        return int(tx), UUID(hex=event_id)
    except ValueError:
        raise AppException(INVALID_CURSOR) from None
