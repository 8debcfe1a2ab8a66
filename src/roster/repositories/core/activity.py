"""Activity: how much happened on each day, and how many there are of everything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Date, Result, Row, cast, func, select, text

from roster.models import Event, Group, IdentityProvider, ProviderRequest, User
from roster.models.base import live

CAME, WENT = ("user.created", "user.restored"), ("user.deleted",)


def totals(connection: Connection, organization_id: UUID) -> Row[Any]:
    """Return how many people are active, suspended and deleted, and how many groups and providers there are."""
    is_live = live(User)
    groups = select(func.count()).select_from(Group).where(Group.organization_id == organization_id, live(Group))
    providers = select(func.count()).select_from(IdentityProvider)
    statement = select(
        func.count().filter(is_live, User.active.is_(True)).label("active"),
        func.count().filter(is_live, User.active.is_(False)).label("suspended"),
        func.count().filter(User.deleted_at.is_not(None)).label("deleted"),
        groups.scalar_subquery().label("groups"),
        providers.where(IdentityProvider.organization_id == organization_id).scalar_subquery().label("providers"),
    ).where(User.organization_id == organization_id)
    result: Result[Any] = connection.execute(statement)
    return result.one()


def changes(connection: Connection, organization_id: UUID, *, since: datetime, zone: str) -> Sequence[Row[Any]]:
    """Return day, door, changes and growth (people who came, less those who went) of each day and door with any.

    Args:
        connection: where to read.
        organization_id: whose events.
        since: an event's id begins with its time, so that the primary key alone finds those from here on.
        zone: the IANA zone whose days are meant.
    """
    day = _day(Event.at, zone)
    growth = func.count().filter(Event.action.in_(CAME)) - func.count().filter(Event.action.in_(WENT))
    statement = select(day.label("day"), Event.door, func.count().label("changes"), growth.label("growth"))
    recent = (Event.organization_id == organization_id, Event.id >= _first_id(since))
    result: Result[Any] = connection.execute(statement.where(*recent).group_by(text("day"), Event.door))
    return result.all()


def calls(connection: Connection, organization_id: UUID, *, since: datetime, zone: str) -> Sequence[Row[Any]]:
    """Return day, calls and failures of identity providers, of each day on which there were any. See `changes`."""
    statement = select(
        _day(ProviderRequest.at, zone).label("day"),
        func.count().label("calls"),
        func.count().filter(ProviderRequest.status >= 400).label("failures"),
    )
    recent = (ProviderRequest.organization_id == organization_id, ProviderRequest.id >= _first_id(since))
    result: Result[Any] = connection.execute(statement.where(*recent).group_by(text("day")))
    return result.all()


def _day(moment: Any, zone: str) -> Any:
    return cast(func.timezone(zone, moment), Date)


def _first_id(at: datetime) -> UUID:
    """The smallest id that something of this time can have (UUIDv7, RFC 9562 §5.7)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
