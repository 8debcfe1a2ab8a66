"""The lines of an import's file, in sets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, Row, func, select, text

from roster.models import ImportLine
from roster.repositories.core.columns import Columns

_LINES = Columns.of("line", ImportLine.__table__, ["number", "user_name", "user_name_key", "cells", "given", "fault"])
_ADD = f"""
    INSERT INTO import_line (organization_id, job_id, {_LINES.names()})
    SELECT %(organization_id)s::uuid, %(job_id)s::uuid, {_LINES.names()} FROM {_LINES.rows} line
"""  # noqa: S608 - our own words
_READ = Columns.of("line", ImportLine.__table__, ["number", "user_name", "user_name_key", "given", "fault"])
_CHANGE = f"""
    UPDATE import_line SET user_name = line.user_name, user_name_key = line.user_name_key, given = line.given,
                           fault = line.fault
    FROM {_READ.rows} line
    WHERE organization_id = %(organization_id)s AND job_id = %(job_id)s AND import_line.number = line.number
    AND import_line.number = ANY (%(numbers)s::int[])
"""  # noqa: S608
_FAULTS = Columns("fault", {"number": "integer", "reason": "text"})
_REFUSE = f"""
    UPDATE import_line SET fault = fault.reason FROM {_FAULTS.rows} fault
    WHERE organization_id = %(organization_id)s AND job_id = %(job_id)s AND import_line.number = fault.number
    AND import_line.number = ANY (%(numbers)s::int[])
"""  # noqa: S608
_GOOD = """
    SELECT number, given::text FROM import_line
    WHERE organization_id = %(organization_id)s AND job_id = %(job_id)s AND number > %(after)s AND fault IS NULL
    ORDER BY number LIMIT %(limit)s
"""
_REPEATED = text("""
    SELECT number, first FROM (
        SELECT number, min(number) OVER (PARTITION BY user_name_key) AS first FROM import_line
        WHERE organization_id = :organization_id AND job_id = :job_id AND fault IS NULL
    ) line
    WHERE first < number ORDER BY number
""")
"""Not joined with the table it is about: PostgreSQL has no statistics of lines that came just now, and would compare
each with each."""


def add_all(connection: Connection, organization_id: UUID, job_id: UUID, lines: Sequence[Mapping[str, Any]]) -> None:
    """Add lines to a job: number, user_name, user_name_key, cells, given, fault (None for what is not there)."""
    connection.exec_driver_sql(_ADD, _keys(organization_id, job_id) | _LINES.sent(lines))


def change_all(connection: Connection, organization_id: UUID, job_id: UUID, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write what the lines' cells say, as they are understood by now: all columns but the cells, by number."""
    numbers = {"numbers": [line["number"] for line in lines]}
    connection.exec_driver_sql(_CHANGE, {**_keys(organization_id, job_id), **numbers, **_READ.sent(lines)})


def repeated(
    connection: Connection, organization_id: UUID, job_id: UUID, *, batch: int = 1000
) -> Iterator[Mapping[int, int]]:
    """Give the lines whose user name stands in a good line before: number → the first one's, some at a time."""
    keys = {"organization_id": organization_id, "job_id": job_id}
    for rows in connection.execute(_REPEATED, keys).partitions(batch):
        yield {row.number: row.first for row in rows}


def refuse_all(connection: Connection, organization_id: UUID, job_id: UUID, reasons: Mapping[int, str]) -> None:
    """Give a fault to these lines: number → reason."""
    if reasons:
        faults = [{"number": number, "reason": reason} for number, reason in reasons.items()]
        numbers = {"numbers": list(reasons)}
        connection.exec_driver_sql(_REFUSE, {**_keys(organization_id, job_id), **numbers, **_FAULTS.sent(faults)})


def counts(connection: Connection, organization_id: UUID, job_id: UUID) -> tuple[int, int]:
    """Return how many lines there are, and how many of them have a fault."""
    statement = select(func.count(), func.count(ImportLine.fault)).where(*_of(organization_id, job_id))
    total, refused = connection.execute(statement).one()
    return total, refused


def page(
    connection: Connection,
    organization_id: UUID,
    job_id: UUID,
    *,
    after: int,
    limit: int,
    only: bool | None = None,
) -> Sequence[Row[Any]]:
    """Return the lines after this number; `only` the good (True) or those with a fault (False)."""
    statement = select(ImportLine.__table__).where(*_of(organization_id, job_id), ImportLine.number > after)
    if only is not None:
        statement = statement.where(ImportLine.fault.is_(None) if only else ImportLine.fault.is_not(None))
    found: Result[Any] = connection.execute(statement.order_by(ImportLine.number).limit(limit))
    return found.all()


def good(connection: Connection, organization_id: UUID, job_id: UUID, *, after: int, limit: int) -> Sequence[Row[Any]]:
    """Return what the good lines after this number say: number, given (JSON as text)."""
    found: Result[Any] = connection.exec_driver_sql(
        _GOOD, {**_keys(organization_id, job_id), "after": after, "limit": limit}
    )
    return found.all()


def refused(connection: Connection, organization_id: UUID, job_id: UUID, *, batch: int = 1000) -> Iterator[Row[Any]]:
    """Give every line that has a fault, in the file's order; `batch` rows are held at a time."""
    after = 0
    while rows := page(connection, organization_id, job_id, after=after, limit=batch, only=False):
        yield from rows
        after = rows[-1].number


def _of(organization_id: UUID, job_id: UUID) -> tuple[Any, ...]:
    return ImportLine.organization_id == organization_id, ImportLine.job_id == job_id


def _keys(organization_id: UUID, job_id: UUID) -> dict[str, Any]:
    return {"organization_id": str(organization_id), "job_id": str(job_id)}
