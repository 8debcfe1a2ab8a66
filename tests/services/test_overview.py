"""What an organization looks like from afar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from roster import services
from roster.models import Actor
from roster.services.provisioning.requests import Entry
from tests import factories

TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
"""Events are found by the time in their id, so these days are real ones."""


@pytest.fixture
def actor(app: Flask) -> Actor:
    return factories.actor(factories.organization().id)


def days_ago(days: int) -> datetime:
    return TODAY - timedelta(days=days)


def hire(actor: Actor, name: str, *, days: int) -> None:
    services.users.create(actor, {"user_name": name}, at=days_ago(days))


@pytest.fixture(autouse=True)
def context(app: Flask) -> object:
    with app.app_context():
        yield


def test_there_is_one_day_after_the_other_up_to_today(actor: Actor) -> None:
    overview = services.overview.of(actor.organization_id, at=TODAY, days=3)

    assert [day.date for day in overview.days] == [days_ago(2).date(), days_ago(1).date(), TODAY.date()]
    assert {day.people for day in overview.days} == {0}


def test_people_are_counted_at_the_end_of_each_day(actor: Actor) -> None:
    hire(actor, "ada", days=2)
    hire(actor, "bob", days=1)
    eve = services.users.create(actor, {"user_name": "eve"}, at=days_ago(1))
    services.users.remove(actor, eve.id, at=TODAY)

    overview = services.overview.of(actor.organization_id, at=TODAY, days=4)

    assert [day.people for day in overview.days] == [0, 1, 3, 2]
    assert (overview.active, overview.suspended, overview.deleted) == (2, 0, 1)


def test_who_was_restored_is_there_again(actor: Actor) -> None:
    eve = services.users.create(actor, {"user_name": "eve"}, at=days_ago(2))
    services.users.remove(actor, eve.id, at=days_ago(1))
    services.users.restore(actor, eve.id, at=TODAY)

    overview = services.overview.of(actor.organization_id, at=TODAY, days=3)

    assert [day.people for day in overview.days] == [1, 0, 1]


def test_the_suspended_are_among_the_people(actor: Actor) -> None:
    eve = services.users.create(actor, {"user_name": "eve"}, at=TODAY)
    services.users.suspend(actor, eve.id, at=TODAY)

    overview = services.overview.of(actor.organization_id, at=TODAY, days=1)

    assert (overview.active, overview.suspended, overview.days[0].people) == (0, 1, 1)


def test_changes_are_told_apart_by_their_door(actor: Actor) -> None:
    hire(actor, "ada", days=0)
    hire(Actor(actor.organization_id, "token", "crm", "api"), "bob", days=0)
    hire(Actor(actor.organization_id, "token", "crm", "api"), "eve", days=0)

    today = services.overview.of(actor.organization_id, at=TODAY, days=1).days[0]

    assert today.changes == {"api": 2, actor.door: 1}


def test_a_day_is_one_of_the_viewers_zone(actor: Actor) -> None:
    late = TODAY.replace(hour=23)
    services.users.create(actor, {"user_name": "ada"}, at=late - timedelta(days=1))

    there = services.overview.of(actor.organization_id, at=TODAY, zone="Asia/Tokyo", days=2)
    here = services.overview.of(actor.organization_id, at=TODAY, days=2)

    assert [day.people for day in there.days] == [0, 1]
    assert [day.people for day in here.days] == [1, 1]


def test_calls_of_providers_and_their_failures_are_counted(actor: Actor) -> None:
    okta = services.provisioning.providers.create(actor, name="Okta", dialect="okta", at=TODAY).id
    entries = [Entry(okta, TODAY, "GET", "/", status, None, 1, None, None, None) for status in (200, 201, 409)]
    services.provisioning.requests.record(actor.organization_id, entries)

    overview = services.overview.of(actor.organization_id, at=TODAY, days=2)

    assert [(day.calls, day.failures) for day in overview.days] == [(0, 0), (3, 1)]
    assert overview.providers == 1


def test_of_another_organization_nothing_is_counted(actor: Actor) -> None:
    hire(actor, "ada", days=0)
    services.groups.create(actor, {"display_name": "staff"}, at=TODAY)

    overview = services.overview.of(factories.organization("other").id, at=TODAY, days=1)

    assert (overview.active, overview.groups, overview.days[0].people) == (0, 0, 0)


def test_the_days_around_a_change_of_clocks_are_whole(actor: Actor) -> None:
    overview = services.overview.of(
        actor.organization_id, at=datetime(2026, 10, 26, 12, tzinfo=UTC), zone="Europe/Berlin", days=3
    )

    assert [day.date for day in overview.days] == [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)]
