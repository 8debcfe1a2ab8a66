"""What an organization looks like from afar: how many people there are, and what was done in the last days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from roster.database import core_of, registry, transactional
from roster.repositories import core

DAYS = 30


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many people there were at its end, changes by the door they came through, providers' calls."""

    date: date
    people: int
    changes: Mapping[str, int]
    calls: int
    failures: int


@dataclass(frozen=True, slots=True)
class Overview:
    """How many there are of everything now, and the last days, the oldest first."""

    active: int
    suspended: int
    deleted: int
    groups: int
    providers: int
    days: Sequence[Day]


@transactional
def of(organization_id: UUID, *, at: datetime, zone: str = "UTC", days: int = DAYS) -> Overview:
    """Return an organization's numbers. Writes nothing.

    Args:
        organization_id: whose.
        at: the last day is the one of this moment.
        zone: the IANA zone whose days are meant.
        days: how many of them.
    """
    connection, dates = core_of(registry()), _dates(at, zone, days)
    starts = [datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in dates]
    totals = core.activity.totals(connection, organization_id)
    changes = core.activity.changes(connection, organization_id, starts)
    calls = core.activity.calls(connection, organization_id, starts)
    return Overview(**totals._mapping, days=_days(dates, totals.active + totals.suspended, changes, calls))


def _dates(at: datetime, zone: str, days: int) -> list[date]:
    today = at.astimezone(ZoneInfo(zone)).date()
    return [today - timedelta(days=back) for back in range(days - 1, -1, -1)]


def _days(dates: Sequence[date], people: int, changes: Sequence[Row[Any]], calls: Sequence[Row[Any]]) -> list[Day]:
    """The days, walked backwards: how many people there were is how many there are, less those who came since."""
    called, days = {row.day: row for row in calls}, []
    for place, day in reversed(list(enumerate(dates))):
        rows, call = [row for row in changes if row.day == place], called.get(place)
        by_door = {row.door: row.changes for row in rows}
        days.append(Day(day, people, by_door, call.calls if call else 0, call.failures if call else 0))
        people -= sum(row.growth for row in rows)
    return days[::-1]
