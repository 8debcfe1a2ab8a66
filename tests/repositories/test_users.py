"""Users, read and written by both kinds of repository."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from roster import services
from roster.database import core_of, registry, transaction
from roster.errors import AppException
from roster.models import User
from roster.repositories import core, orm
from roster.repositories.core.history.events import Change
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


@pytest.fixture
def ada(organization_id: UUID) -> UUID:
    return factories.user(organization_id, "ada", emails=[{"value": "b@x"}, {"value": "a@x", "primary": True}]).id


def test_one_is_found_by_id_and_by_name_with_their_addresses(organization_id: UUID, ada: UUID) -> None:
    session = registry()

    by_id = orm.users.by_id(session, organization_id, ada)
    by_name = orm.users.find_by_user_name(session, organization_id, "ADA")

    assert by_id is by_name
    assert (by_id.id, [email.value for email in by_id.emails]) == (ada, ["b@x", "a@x"])
    assert orm.users.find_by_user_name(session, organization_id, "bob") is None
    assert orm.users.find_by_user_name(session, uuid4(), "ada") is None


def test_a_deleted_one_is_found_only_by_those_who_say_so(organization_id: UUID, ada: UUID) -> None:
    services.users.remove(factories.actor(organization_id), ada, at=LATER)

    assert orm.users.by_id_with_deleted(registry(), organization_id, ada).deleted_at == LATER
    assert orm.users.find_by_user_name(registry(), organization_id, "ada") is None
    with pytest.raises(AppException, match="No such user"):
        orm.users.by_id(registry(), organization_id, ada)
    with pytest.raises(AppException, match="No such user"):
        orm.users.by_id_with_deleted(registry(), uuid4(), ada)


def test_both_kinds_see_the_same_user(organization_id: UUID, ada: UUID) -> None:
    [row] = core.users.page(core_of(registry()), organization_id).rows
    user = orm.users.by_id(registry(), organization_id, ada)

    for name in (column.key for column in core.users.COLUMNS if column.key != "emails"):
        assert getattr(row, name) == getattr(user, name), name
    assert row.emails == [email.as_given() for email in user.emails]


@pytest.mark.parametrize("told", [True, False])
def test_a_write_to_a_version_that_moved_on_is_stale(organization_id: UUID, ada: UUID, told: bool) -> None:
    def write(connection: Connection, user: User) -> None:
        was = user.columns()
        user.give({"title": "Dr"}, at=LATER)
        if told:
            changed = Change("user.changed", user.id, user.user_name, {"title": [None, "Dr"]})
            core.user_writes.change(connection, user, was, factories.actor(organization_id), changed, at=LATER)
        else:
            core.user_writes.change_untold(connection, user, was)

    with transaction(registry()) as session:
        first, late = (core.user_writes.by_id_for_update(core_of(session), organization_id, ada) for _ in range(2))
        write(core_of(session), first)
    with pytest.raises(StaleDataError), transaction(registry()) as session:
        write(core_of(session), late)

    kept = orm.users.by_id(registry(), organization_id, ada)
    assert (kept.version, kept.title, kept.updated_at) == (2, "Dr", LATER)


def test_many_are_changed_in_one_statement_and_strangers_stay(organization_id: UUID, ada: UUID) -> None:
    other = factories.organization().id
    stranger, bob = factories.user(other, "stranger").id, factories.user(organization_id, "bob").id
    gone = factories.user(organization_id, "gone").id
    services.users.remove(factories.actor(organization_id), gone, at=NOW)

    with transaction(registry()) as session:
        connection = core_of(session)
        rows = [{"id": key, "title": "Dr", "attributes": {"a": [1]}} for key in (ada, bob, stranger, gone)]
        core.users.update_all(connection, organization_id, rows)
        core.users.update_all(connection, organization_id, [])

    users = {key: orm.users.by_id_with_deleted(registry(), organization_id, key) for key in (ada, bob, gone)}
    assert [(user.title, user.attributes, user.version) for user in users.values()] == [
        ("Dr", {"a": [1]}, 2),
        ("Dr", {"a": [1]}, 2),
        (None, {}, 2),
    ]
    assert orm.users.by_id(registry(), other, stranger).title is None


def test_addresses_are_replaced_and_those_of_others_stay(organization_id: UUID, ada: UUID) -> None:
    bob = factories.user(organization_id, "bob", email="bob@x").id
    row = {"organization_id": organization_id, "user_id": ada, "position": 0, "type": None, "primary": True}

    with transaction(registry()) as session:
        emails = [row | {"value": "New@x", "value_key": "new@x"}]
        core.users.replace_emails(core_of(session), organization_id, [ada], emails)
        core.users.replace_emails(core_of(session), organization_id, [], [])

    by_name = core.users.by_user_name_keys(core_of(registry()), organization_id, ["ada", "bob", "nobody"])
    assert {key: (found.id, found.email) for key, found in by_name.items()} == {
        "ada": (ada, "New@x"),
        "bob": (bob, "bob@x"),
    }


def test_nobody_has_two_primary_addresses(organization_id: UUID, ada: UUID) -> None:
    shared = {"organization_id": organization_id, "user_id": ada, "type": None, "primary": True, "value_key": "x"}

    def write() -> None:
        with transaction(registry()) as session:
            emails = [shared | {"position": number, "value": "x"} for number in range(2)]
            core.users.replace_emails(core_of(session), organization_id, [ada], emails)

    with pytest.raises(IntegrityError, match="uq_user_email_primary"):
        write()


def test_the_database_keeps_organizations_apart(organization_id: UUID, ada: UUID) -> None:
    other = factories.organization().id
    bob = factories.user(other, "bob").id

    def write() -> None:
        with transaction(registry()) as session:
            orm.users.by_id(session, other, bob).manager_id = ada
            session.flush()

    with pytest.raises(IntegrityError, match="fk_user_manager"):
        write()


def test_a_relation_that_was_not_loaded_is_not_loaded_by_accident(organization_id: UUID, ada: UUID) -> None:
    user = registry().get(User, (organization_id, ada))

    assert user
    with pytest.raises(Exception, match="lazy='raise'"):
        user.emails  # noqa: B018 - it raises


def test_a_page_tells_whether_there_are_more(organization_id: UUID) -> None:
    for name in "abc":
        factories.user(organization_id, name)
    connection = core_of(registry())

    pages = {limit: core.users.page(connection, organization_id, limit=limit) for limit in (2, 3, 4)}

    assert {limit: (len(page.rows), page.next is None) for limit, page in pages.items()} == {
        2: (2, False),
        3: (3, True),
        4: (3, True),
    }
