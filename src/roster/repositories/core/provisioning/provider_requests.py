"""What identity providers sent, and what they were answered.

An id begins with the time of its request (UUIDv7, RFC 9562 §5.7), so a span of time is a span of ids, and is counted
in an index alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Result,
    Row,
    ScalarSelect,
    Text,
    Uuid,
    cast,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from roster.models import IdentityProvider, ProviderRequest
from roster.repositories.core.terms.moments import first_id

FAILED = ProviderRequest.status >= 400
LISTED = (
    ProviderRequest.id,
    ProviderRequest.at,
    ProviderRequest.method,
    ProviderRequest.path,
    ProviderRequest.status,
    ProviderRequest.reason,
    ProviderRequest.milliseconds,
    func.coalesce(ProviderRequest.sent["userName"].astext, ProviderRequest.sent["displayName"].astext).label("about"),
)

_ADD = """
    INSERT INTO provider_request (
        organization_id, id, identity_provider_id, at, method, path, status, reason, milliseconds, request_id, sent,
        answered
    )
    SELECT %(organization_id)s, * FROM jsonb_to_recordset(%(rows)s) AS given (
        id uuid, identity_provider_id uuid, at timestamptz, method text, path text, status int, reason text,
        milliseconds int, request_id text, sent jsonb, answered jsonb
    )
"""


@dataclass(frozen=True, slots=True)
class Search:
    """Which requests: those that failed, of a method, with a status, with a text in path, reason or body."""

    failed: bool = False
    method: str = ""
    status: int | None = None
    q: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a row has to meet."""
        conditions: list[ColumnElement[bool]] = [FAILED] if self.failed else []
        if self.method:
            conditions.append(ProviderRequest.method == self.method)
        if self.status is not None:
            conditions.append(ProviderRequest.status == self.status)
        if self.q:
            texts = (ProviderRequest.path, ProviderRequest.reason, cast(ProviderRequest.sent, Text))
            conditions.append(or_(*(text.icontains(self.q, autoescape=True) for text in texts)))
        return conditions


def add_all(connection: Connection, organization_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down requests, in one statement with one value: they are many, and each has bodies."""
    if rows:
        given = {"organization_id": str(organization_id), "rows": orjson.dumps(rows).decode()}
        connection.exec_driver_sql(_ADD, given)


def page(
    connection: Connection,
    organization_id: UUID,
    provider_id: UUID,
    search: Search,
    *,
    before: UUID | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return the newest requests that match, older than `before`, newest first: no bodies, but whom they name."""
    statement = select(*LISTED).where(*_of(organization_id, provider_id), *search.conditions())
    if before is not None:
        statement = statement.where(ProviderRequest.id < before)
    result: Result[Any] = connection.execute(statement.order_by(ProviderRequest.id.desc()).limit(limit))
    return result.all()


def find_by_id(connection: Connection, organization_id: UUID, provider_id: UUID, request_id: UUID) -> Row[Any] | None:
    """Return one request with its bodies; None if it is not kept any more."""
    statement = select(ProviderRequest.__table__).where(
        *_of(organization_id, provider_id), ProviderRequest.id == request_id
    )
    result: Result[Any] = connection.execute(statement)
    return result.one_or_none()


def totals(
    connection: Connection, organization_id: UUID, *, day: datetime, week: datetime, provider_id: UUID | None = None
) -> Sequence[Row[Any]]:
    """Return the last call of each provider (or of one), and its calls and failures since `day` and `week`."""
    statement = select(
        IdentityProvider.id,
        _last_at().label("last_at"),
        _count(since=day).label("day_calls"),
        _count(FAILED, since=day).label("day_failures"),
        _count(since=week).label("week_calls"),
        _count(FAILED, since=week).label("week_failures"),
    ).where(IdentityProvider.organization_id == organization_id)
    if provider_id is not None:
        statement = statement.where(IdentityProvider.id == provider_id)
    result: Result[Any] = connection.execute(statement)
    return result.all()


def counts(
    connection: Connection, organization_id: UUID, provider_id: UUID, edges: Sequence[datetime]
) -> Sequence[Row[Any]]:
    """Return how many calls and failures there were between each edge and the next, in their order."""
    marks = [first_id(edge) for edge in edges]
    columns = func.unnest(_ids(marks[:-1]), _ids(marks[1:])).table_valued("low", "high", with_ordinality="place")
    spans = columns.render_derived()
    inside = (
        *_of(organization_id, provider_id),
        ProviderRequest.id >= spans.c.low,
        ProviderRequest.id < spans.c.high,
    )
    calls, failures = (
        select(func.count()).select_from(ProviderRequest).where(*inside, *more).scalar_subquery().label(name)
        for name, more in (("calls", ()), ("failures", (FAILED,)))
    )
    result: Result[Any] = connection.execute(select(calls, failures).select_from(spans).order_by(spans.c.place))
    return result.all()


def purge(connection: Connection, organization_id: UUID, provider_id: UUID, *, before: datetime, limit: int) -> int:
    """Delete some of the requests that came before a time; return how many."""
    due = select(ProviderRequest.id).where(*_of(organization_id, provider_id), ProviderRequest.id < first_id(before))
    statement = delete(ProviderRequest).where(
        ProviderRequest.organization_id == organization_id, ProviderRequest.id.in_(due.limit(limit).scalar_subquery())
    )
    return connection.execute(statement).rowcount


def _of(organization_id: UUID, provider_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        ProviderRequest.organization_id == organization_id,
        ProviderRequest.identity_provider_id == provider_id,
    )


def _of_provider() -> tuple[ColumnElement[bool], ...]:
    """The requests of the provider of the statement around this one."""
    return (
        ProviderRequest.organization_id == IdentityProvider.organization_id,
        ProviderRequest.identity_provider_id == IdentityProvider.id,
    )


def _last_at() -> ScalarSelect[Any]:
    newest = select(ProviderRequest.at).where(*_of_provider()).order_by(ProviderRequest.id.desc()).limit(1)
    return newest.correlate(IdentityProvider).scalar_subquery()


def _count(*conditions: ColumnElement[bool], since: datetime) -> ScalarSelect[Any]:
    wanted = (*_of_provider(), ProviderRequest.id >= first_id(since), *conditions)
    counted = select(func.count()).select_from(ProviderRequest).where(*wanted)
    return counted.correlate(IdentityProvider).scalar_subquery()


def _ids(values: Sequence[UUID]) -> ColumnElement[Any]:
    return cast(list(values), ARRAY(Uuid))
