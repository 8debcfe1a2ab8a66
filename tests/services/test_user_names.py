"""What a user is called, found by and told apart by."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from roster import services
from roster.database import registry, transaction
from roster.errors import AppException
from roster.models import IdentityProvider
from roster.repositories import orm
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


def provider(organization_id: UUID, name: str) -> UUID:
    key = UUID(int=len(name))
    values = {"name": name, "dialect": "standard", "enabled": True, "options": {}, "created_at": NOW}
    with transaction(registry()) as session:
        orm.identity_providers.add(session, IdentityProvider(organization_id=organization_id, id=key, **values))
    return key


def test_a_display_name_that_nobody_chose_follows_the_other_names(organization_id: UUID) -> None:
    actor = factories.actor(organization_id)
    user = factories.user(organization_id, "ada")

    names = [
        services.users.change(actor, user.id, values, at=LATER).display_name
        for values in (
            {"user_name": "ada2"},
            {"given_name": "Ada"},
            {"family_name": "King"},
            {"display_name": "The Countess"},
            {"family_name": "Lovelace"},
            {"display_name": None},
            {"given_name": None, "family_name": None},
        )
    ]

    assert names == ["ada2", "Ada", "Ada King", "The Countess", "The Countess", "Ada Lovelace", "ada2"]


def test_an_external_id_belongs_to_one_live_user_of_its_source(organization_id: UUID) -> None:
    okta, entra = provider(organization_id, "okta"), provider(organization_id, "entra")
    first = factories.user(organization_id, "a", external_id="1", identity_provider_id=okta)
    factories.user(organization_id, "b", external_id="1", identity_provider_id=entra)
    factories.user(organization_id, "c", external_id="1")

    with pytest.raises(AppException) as caught:
        factories.user(organization_id, "d", external_id="1", identity_provider_id=okta)
    services.users.remove(factories.actor(organization_id), first.id, at=LATER)
    again = factories.user(organization_id, "d", external_id="1", identity_provider_id=okta)

    assert caught.value.error.code == "external_id_taken"
    with pytest.raises(AppException, match="external id"):
        services.users.restore(factories.actor(organization_id), first.id, at=LATER)
    assert services.users.get(organization_id, again.id).external_id == "1"


def test_a_restored_user_is_found_by_the_new_name_and_recorded_under_it(organization_id: UUID) -> None:
    actor = factories.actor(organization_id)
    user = factories.user(organization_id, "ada", given_name="Zoë")
    services.users.remove(actor, user.id, at=LATER)

    services.users.restore(actor, user.id, at=LATER, user_name="Émile")

    assert [row.user_name for row in services.users.search(organization_id, q="emile zoe").rows] == ["Émile"]
    assert services.users.search(organization_id, q="ada").rows == []
    restored, *_ = services.users.history(organization_id, user.id)
    assert restored.changes == {"user_name": ["ada", "Émile"]}


def test_deleted_users_can_be_looked_at_by_those_who_ask_for_them(organization_id: UUID) -> None:
    user = factories.user(organization_id, "ada", email="ada@x.test")
    services.users.remove(factories.actor(organization_id), user.id, at=LATER)

    found = services.users.get_with_deleted(organization_id, user.id)

    assert (found.deleted_at, found.email) == (LATER, "ada@x.test")


def test_as_many_are_counted_as_are_found(organization_id: UUID) -> None:
    for number in range(12):
        factories.user(organization_id, f"user{number}", active=number % 3 != 0)

    everybody = [("", status) for status in ("live", "active", "suspended", "deleted")]
    for q, status in [*everybody, ("user1", "live"), ("x", "live")]:
        found = services.users.search(organization_id, q=q, status=status, limit=100).rows
        assert services.users.count(organization_id, q=q, status=status) == len(found)


def test_history_is_bounded_and_the_newest_comes_first(organization_id: UUID) -> None:
    actor = factories.actor(organization_id)
    user = factories.user(organization_id, "ada")
    for title in "abc":
        services.users.change(actor, user.id, {"title": title}, at=LATER)

    history = services.users.history(organization_id, user.id, limit=2)

    assert [event.changes for event in history] == [{"title": ["b", "c"]}, {"title": ["a", "b"]}]


def test_a_change_of_addresses_alone_is_a_change(organization_id: UUID) -> None:
    user = factories.user(organization_id, "ada", email="a@x.test")

    changed = services.users.change(factories.actor(organization_id), user.id, {"email": "b@x.test"}, at=LATER)

    event, _ = services.users.history(organization_id, user.id)
    assert (changed.version, changed.email) == (2, "b@x.test")
    assert [email["value"] for side in event.changes["emails"] for email in side] == ["a@x.test", "b@x.test"]
