"""Events: written in the transaction of the change."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask

from roster.database import core_of, registry, transaction
from roster.models import Actor, Event
from roster.repositories import core
from tests import factories
from tests.factories import NOW


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


def test_an_event_says_who_did_what_to_whom_by_which_door(organization_id: UUID) -> None:
    subject, token = uuid4(), uuid4()
    actor = Actor(organization_id, "token", "Payroll", "api", id=token, request_id="trace-1")

    with transaction(registry()) as session:
        changes = {"title": [None, "Dr"]}
        core.events.record(
            core_of(session), actor, "user.changed", subject_id=subject, subject_label="ada", changes=changes, at=NOW
        )

    [event] = core.events.of_subject(core_of(registry()), organization_id, subject, limit=10)
    assert (event.action, event.subject_label, event.changes, event.at) == ("user.changed", "ada", changes, NOW)
    assert (event.actor_kind, event.actor_id, event.actor_label) == ("token", token, "Payroll")
    assert (event.door, event.request_id) == ("api", "trace-1")


def test_an_event_carries_the_transaction_that_made_the_change(organization_id: UUID) -> None:
    subjects = [uuid4(), uuid4(), uuid4()]
    actor = factories.actor(organization_id)

    with transaction(registry()) as session:
        core.events.record_all(
            core_of(session), actor, [core.events.Change("x", key, "x", {}) for key in subjects[:2]], at=NOW
        )
        core.events.record_all(core_of(session), actor, [], at=NOW)
    with transaction(registry()) as session:
        core.events.record_all(core_of(session), actor, [core.events.Change("x", subjects[2], "x", {})], at=NOW)

    events = registry().query(Event).filter(Event.subject_id.in_(subjects)).order_by(Event.id).all()
    transactions = [event.tx for event in events]
    assert all(isinstance(tx, int) for tx in transactions)
    assert transactions[0] == transactions[1] < transactions[2]


def test_another_organizations_events_are_not_seen(organization_id: UUID) -> None:
    other = factories.organization().id
    user = factories.user(other, "ada")

    assert core.events.of_subject(core_of(registry()), organization_id, user.id, limit=10) == []
