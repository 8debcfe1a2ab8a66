"""How identity providers are doing: when they called last, how often that failed, how long their tokens hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster.database import core_of, registry, transactional
from roster.errors import PROVIDER_NOT_FOUND, AppException
from roster.models import Token
from roster.repositories import core, orm

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Calls:
    """How many requests came, and how many of them failed. `since` is where their time begins."""

    since: datetime
    calls: int
    failures: int

    @property
    def rate(self) -> float:
        """The part that failed, from 0 to 1."""
        return self.failures / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class Health:
    """How a provider is doing.

    last_call_at: when it called last, as the log or its token knows; None for never.
    day, week: the last 24 hours, the last 7 days.
    token_count: how many tokens open the door for it.
    expires_at: when the last one of them ends; None for never, or where there is none.
    """

    last_call_at: datetime | None
    day: Calls
    week: Calls
    token_count: int
    expires_at: datetime | None


@transactional
def of_all(organization_id: UUID, *, at: datetime) -> Mapping[str, Health]:
    """Return how each provider is doing, by its name. Writes nothing."""
    session = registry()
    names = {one.id: one.name for one in orm.identity_providers.alphabetical(session, organization_id)}
    tokens = orm.tokens.newest_first(session, organization_id)
    rows = core.provider_requests.totals(core_of(session), organization_id, day=at - DAY, week=at - WEEK)
    return {names[row.id]: _health(row, _tokens_of(tokens, row.id), at) for row in rows if row.id in names}


@transactional
def of_one(organization_id: UUID, provider_id: UUID, *, at: datetime) -> Health:
    """Return how one provider is doing. Writes nothing.

    Raises:
        AppException: PROVIDER_NOT_FOUND.
    """
    session = registry()
    tokens = orm.tokens.of_provider(session, organization_id, provider_id)
    rows = core.provider_requests.totals(
        core_of(session), organization_id, day=at - DAY, week=at - WEEK, provider_id=provider_id
    )
    if not rows:
        raise AppException(PROVIDER_NOT_FOUND)
    return _health(rows[0], tokens, at)


@transactional
def activity(organization_id: UUID, provider_id: UUID, *, at: datetime) -> tuple[list[Calls], list[Calls]]:
    """Return the calls of each of the last 24 hours, and of each of the last 7 days, oldest first. Writes nothing."""
    hours, days = _edges(at, HOUR, 24), _edges(at, DAY, 7)
    connection = core_of(registry())
    by_hour, by_day = (
        core.provider_requests.counts(connection, organization_id, provider_id, edges) for edges in (hours, days)
    )
    return _calls(hours, by_hour), _calls(days, by_day)


def _tokens_of(found: Sequence[Token], provider_id: UUID) -> list[Token]:
    return [token for token in found if token.identity_provider_id == provider_id]


def _health(row: Row[Any], found: Sequence[Token], at: datetime) -> Health:
    valid = [one for one in found if not one.revoked_at and (one.expires_at is None or one.expires_at > at)]
    ends = [one.expires_at for one in valid]
    return Health(
        last_call_at=max(filter(None, [row.last_at, *(one.last_used_at for one in found)]), default=None),
        day=Calls(at - DAY, row.day_calls, row.day_failures),
        week=Calls(at - WEEK, row.week_calls, row.week_failures),
        token_count=len(valid),
        expires_at=None if None in ends else max(filter(None, ends), default=None),
    )


def _edges(at: datetime, step: timedelta, count: int) -> list[datetime]:
    """Where `count` spans of time begin, and where the last one ends: at the next full hour or day (UTC)."""
    full = at.replace(minute=0, second=0, microsecond=0)
    end = (full if step < DAY else full.replace(hour=0)) + step
    return [end - step * number for number in range(count, -1, -1)]


def _calls(edges: Sequence[datetime], rows: Sequence[Row[Any]]) -> list[Calls]:
    return [Calls(since, row.calls, row.failures) for since, row in zip(edges[:-1], rows, strict=True)]
