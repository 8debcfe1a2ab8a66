"""Activity: how much happened on each day, and how many there are of everything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, DateTime, Result, Row, cast, func, select, text

from roster.models import Event, Group, IdentityProvider, ProviderRequest, User
from roster.models.base import live
from roster.repositories.core.terms.moments import first_id

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


def changes(connection: Connection, organization_id: UUID, starts: Sequence[datetime]) -> Sequence[Row[Any]]:
    """Return day, door, changes and growth (people who came, less those who went) of each day and door with any.

    Args:
        connection: where to read.
        organization_id: whose events.
        starts: when each day begins; `day` is its place among them. An event's id begins with its time, so that the
            primary key alone finds those from the first day on.
    """
    growth = func.count().filter(Event.action.in_(CAME)) - func.count().filter(Event.action.in_(WENT))
    counted = (_day(Event.at, starts), Event.door, func.count().label("changes"), growth.label("growth"))
    recent = (Event.organization_id == organization_id, Event.id >= first_id(starts[0]))
    result: Result[Any] = connection.execute(select(*counted).where(*recent).group_by(text("day"), Event.door))
    return result.all()


def calls(connection: Connection, organization_id: UUID, starts: Sequence[datetime]) -> Sequence[Row[Any]]:
    """Return day, calls and failures of identity providers, of each day on which there were any. See `changes`."""
    failures = func.count().filter(ProviderRequest.status >= 400).label("failures")
    counted = (_day(ProviderRequest.at, starts), func.count().label("calls"), failures)
    recent = (ProviderRequest.organization_id == organization_id, ProviderRequest.id >= first_id(starts[0]))
    result: Result[Any] = connection.execute(select(*counted).where(*recent).group_by(text("day")))
    return result.all()


def _day(moment: Any, starts: Sequence[datetime]) -> Any:
    """The place of the day that a time is in; -1 before the first one. No zone is named: PostgreSQL may not know it."""
    return (func.width_bucket(moment, cast(list(starts), ARRAY(DateTime(timezone=True)))) - 1).label("day")
