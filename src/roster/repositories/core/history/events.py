"""Events: append-only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Result,
    Row,
    ScalarSelect,
    Select,
    String,
    Uuid,
    and_,
    cast,
    column,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from uuid_utils.compat import uuid7

from roster.errors import INVALID_CURSOR, AppException
from roster.models import Actor, Event
from roster.models.event import Xid8

_INSERT = insert(Event)
# What was written here since, before anybody renumbered, has a small tx and an id later than all that came.
_NUMBERED = """
    WITH came AS (
        SELECT id FROM event
        WHERE organization_id = :organization_id AND tx >= pg_snapshot_xmax(pg_current_snapshot())
        ORDER BY id DESC LIMIT 1
    ), placed AS (
        SELECT event.id, event.tx, event.tx < pg_snapshot_xmax(pg_current_snapshot()) AND event.id > came.id AS is_new
        FROM event, came WHERE event.organization_id = :organization_id
    ), compared AS (
        SELECT id, tx, is_new, id < lag(id) OVER (ORDER BY is_new, tx, id) AS falls FROM placed
    ), numbered AS (
        SELECT id, 1 + count(*) FILTER (WHERE falls) OVER (ORDER BY is_new, tx, id) AS number FROM compared
    )"""
_RENUMBER = text(
    _NUMBERED  # noqa: S608 - our own words
    + """
    UPDATE event SET tx = numbered.number::text::xid8 FROM numbered
    WHERE event.organization_id = :organization_id AND event.id = numbered.id
    AND (SELECT max(number) FROM numbered)::text::xid8 < pg_snapshot_xmin(pg_current_snapshot())"""
)
_LACKING = text(
    _NUMBERED  # noqa: S608 - our own words
    + " SELECT max(number) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM numbered"
)
PLACE = re.compile(r"[0-9]{1,19}\.[0-9a-f]{32}")
"""A place in the feed: a transaction's id and an event's."""


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
    if changes:
        connection.execute(_INSERT, [row(actor, change, at=at) for change in changes])


def row(actor: Actor, change: Change, *, at: datetime) -> dict[str, Any]:
    """Return a change as a row of the table: column → value."""
    return shared(actor, at) | {
        "id": uuid7(),
        "action": change.action,
        "subject_id": change.subject_id,
        "subject_label": change.subject_label,
        "changes": change.changes,
        "object_id": change.object_id,
        "object_label": change.object_label,
    }


def record_each(
    connection: Connection,
    actor: Actor,
    action: str,
    *,
    subject_id: UUID,
    subject_label: str,
    objects: Mapping[UUID, str],
    at: datetime,
) -> None:
    """Write down what was done to one subject with each of these objects (id → label), in one statement for all."""
    if not objects:
        return
    lists = func.unnest(
        literal([uuid7() for _ in objects], ARRAY(Uuid)),
        literal(list(objects), ARRAY(Uuid)),
        literal(list(objects.values()), ARRAY(String)),
    )
    each = lists.table_valued(column("id", Uuid), column("object_id", Uuid), column("object_label", String))
    each = each.render_derived(name="each")
    common = shared(actor, at) | {
        "action": action,
        "subject_id": subject_id,
        "subject_label": subject_label,
        "changes": {},
    }
    columns = [Event.__table__.c[name] for name in common]
    same = [literal(common[one.name], one.type) for one in columns]
    names = [*each.c.keys(), *common]
    connection.execute(insert(Event).from_select(names, select(*each.c, *same)))


def shared(actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the columns that are the same in all events of one change."""
    return {
        "organization_id": actor.organization_id,
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "door": actor.door,
        "request_id": actor.request_id,
        "operation_id": actor.operation_id,
    }


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

    A place is found by its event where that one is there, so that it stays good when events are renumbered (`adopt`).
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
        known = _tx_of(organization_id, event_id)
        place = tuple_(func.coalesce(known, cast(str(tx), Xid8)), event_id)
        statement = statement.where(tuple_(Event.tx, Event.id) > place)
    result: Result[Any] = connection.execute(statement.order_by(Event.tx, Event.id).limit(limit))
    rows = result.all()
    if (
        after is not None
        and not rows
        and connection.scalar(select(and_(known.is_(None), _is_ahead(cast(str(tx), Xid8)))))
    ):
        raise AppException(INVALID_CURSOR)
    return rows, f"{rows[-1].tx}.{rows[-1].id.hex}" if rows else after


def _tx_of(organization_id: UUID, event_id: UUID) -> ScalarSelect[int]:
    return select(Event.tx).where(Event.organization_id == organization_id, Event.id == event_id).scalar_subquery()


def _is_ahead(tx: Any) -> ColumnElement[bool]:
    """Whether this server has never had the transaction: it was another one's."""
    ahead: ColumnElement[bool] = tx >= func.pg_snapshot_xmax(func.pg_current_snapshot())
    return ahead


def are_ahead(connection: Connection, organization_id: UUID) -> bool:
    """Tell whether events came with transaction ids of another server, so that the feed would wait for its own."""
    found = select(exists().where(Event.organization_id == organization_id, _is_ahead(Event.tx)))
    return bool(connection.scalar(found))


def renumber(connection: Connection, organization_id: UUID) -> int:
    """Give the events small transaction ids, in the order that they have; return how many ids are lacking for it.

    Events one after another share a number as long as their ids rise, so the order stays the same, and few are needed.
    They must lie below every running transaction's, so that what is written meanwhile comes after: where the server
    has not counted so far yet, nothing is changed.
    """
    if connection.execute(_RENUMBER, {"organization_id": organization_id}).rowcount:
        return 0
    return connection.scalar(_LACKING, {"organization_id": organization_id}) or 0


def count_on(connection: Connection, organization_id: UUID) -> None:  # noqa: ARG001 - every one is somebody's
    """Use up a transaction's id."""
    connection.execute(select(func.pg_current_xact_id()))


def _place(cursor: str) -> tuple[int, UUID]:
    if not PLACE.fullmatch(cursor):
        raise AppException(INVALID_CURSOR)
    tx, _, event_id = cursor.partition(".")
    return int(tx), UUID(hex=event_id)
