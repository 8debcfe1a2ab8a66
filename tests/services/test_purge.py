from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from roster import services
from roster.errors import AppException
from roster.services.groups import Members
from tests import factories
from tests.factories import NOW

SOON, LATE = NOW + timedelta(days=29), NOW + timedelta(days=31)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("keeps", "changes", "label"), [("changes", True, "ada"), ("labels", False, "ada"), ("nothing", False, "")]
)
def test_events_stay_with_what_the_organization_keeps(keeps: str, changes: bool, label: str) -> None:
    organization_id = factories.organization().id
    actor, ada_id = factories.actor(organization_id), factories.user(organization_id, "ada", given_name="Ada").id
    services.organizations.change(actor, {"purge_keeps": keeps}, at=NOW)
    group = services.groups.create(actor, {"display_name": "g"}, at=NOW)
    services.groups.add_members(actor, group.id, Members([ada_id]), at=NOW)
    services.users.remove(actor, ada_id, at=NOW)

    assert services.purge.batch(actor, at=SOON) == 0
    assert services.purge.batch(actor, at=LATE) == 1
    assert services.purge.batch(actor, at=LATE) == 0

    events = services.events.of_subject(organization_id, ada_id)
    assert [event.action for event in events] == [
        "user.purged",
        "user.deleted",
        "group.member_added",
        "user.created",
    ]
    assert bool(events[-1].changes) is changes
    assert {events[-1].subject_label, events[2].object_label} == {label}
    with pytest.raises(AppException, match="No such user"):
        services.users.get_with_deleted(organization_id, ada_id)


def test_an_organization_is_closed_at_once_and_purged_after_its_days(engine: Engine) -> None:
    organization = factories.organization("acme")
    token = factories.token(organization.id)
    factories.user(organization.id)
    actor = factories.actor(organization.id)

    services.organizations.remove(actor, at=NOW)

    with pytest.raises(AppException, match="bearer"):
        services.tokens.authenticate(token, at=NOW)
    assert services.purge.due_organizations(at=SOON) == []
    assert services.purge.organization(organization.id, at=SOON) is False
    assert services.purge.due_organizations(at=LATE) == [organization.id]
    assert services.purge.organization(organization.id, at=LATE) is True
    with engine.connect() as connection:
        assert connection.scalar(text('SELECT count(*) FROM "user"')) == 0
        assert connection.scalar(text("SELECT count(*) FROM organization")) == 0


def test_a_restored_organization_is_not_purged_and_takes_another_slug_if_it_must() -> None:
    first = factories.organization("acme")
    services.organizations.remove(factories.actor(first.id), at=NOW)
    factories.organization("acme")

    with pytest.raises(AppException, match="slug"):
        services.organizations.restore(factories.actor(first.id), at=SOON)
    services.organizations.restore(factories.actor(first.id), at=SOON, slug="acme-2")

    assert services.purge.due_organizations(at=LATE) == []
    assert {organization.slug for organization in services.organizations.search()} == {"acme", "acme-2"}


def test_a_suspended_organizations_tokens_open_nothing() -> None:
    organization = factories.organization()
    token, actor = factories.token(organization.id), factories.actor(organization.id)

    services.organizations.suspend(actor, at=NOW)

    with pytest.raises(AppException, match="suspended"):
        services.tokens.authenticate(token, at=NOW)
    services.organizations.activate(actor, at=NOW)
    assert services.tokens.authenticate(token, at=NOW).organization_id == organization.id
