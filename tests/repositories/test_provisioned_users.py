"""Users as SCIM shows them: one statement each, by the indexes that are there for it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection

from roster import services
from roster.database import core_of, registry
from roster.errors import INVALID_CURSOR, INVALID_PATH, USER_NOT_FOUND, AppException
from roster.repositories import core
from roster.scim.attributes import USER
from roster.scim.grammar import Filter, parse_filter, parse_sort, resolve
from roster.services.groups import Members
from tests import factories
from tests.factories import NOW
from tests.repositories.statements import statements
from tests.scim.directory import told


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


@pytest.fixture
def people(organization_id: UUID) -> list[UUID]:
    return [factories.user(organization_id, name, email=f"{name}@x.test").id for name in ("ada", "bob", "eve")]


@pytest.fixture
def connection(organization_id: UUID, people: list[UUID]) -> Connection:
    return core_of(registry())


def found(text: str) -> Filter:
    return resolve(parse_filter(text), USER)


def test_one_is_read_with_addresses_and_groups_in_one_statement(organization_id: UUID, people: list[UUID]) -> None:
    actor = factories.actor(organization_id)
    staff = services.groups.create(actor, {"display_name": "staff"}, at=NOW)
    services.groups.add_members(actor, staff.id, Members(users=[people[0]]), at=NOW)

    with statements() as asked:
        row = core.provisioned_users.by_id(core_of(registry()), organization_id, people[0])

    assert len(asked) == 1
    shown = told(row)
    assert (row.id, row.version, shown["userName"]) == (str(people[0]), 1, "ada")
    assert shown["emails"] == [{"value": "ada@x.test", "primary": True}]
    assert shown["groups"] == [
        {"value": str(staff.id), "$ref": f"here/Groups/{staff.id}", "display": "staff", "type": "direct"}
    ]


def test_groups_that_are_not_wanted_are_not_read(connection: Connection, organization_id: UUID, people: Any) -> None:
    with statements() as asked:
        row = core.provisioned_users.by_id(connection, organization_id, people[0], groups=False)
        page = core.provisioned_users.page(connection, organization_id, None, limit=9, groups=False)

    assert not [each for each in (row, *page.rows) if "groups" in told(each)]
    assert not [each for each in asked if "membership" in each]


def test_who_is_not_there_is_not_found(connection: Connection, organization_id: UUID, people: list[UUID]) -> None:
    for organization, user in ((organization_id, uuid4()), (uuid4(), people[0])):
        with pytest.raises(AppException) as caught:
            core.provisioned_users.by_id(connection, organization, user)
        assert caught.value.error is USER_NOT_FOUND


@pytest.mark.parametrize("limit", [1, 3])
def test_a_page_of_any_size_is_one_statement(
    connection: Connection, organization_id: UUID, people: list[UUID], limit: int
) -> None:
    with statements() as asked:
        page = core.provisioned_users.page(connection, organization_id, found("userName pr"), limit=limit)

    assert len(asked) == 1
    assert [UUID(row.id) for row in page.rows] == people[:limit]
    assert page.next is None


def test_cursors_walk_over_all_and_end(connection: Connection, organization_id: UUID, people: list[UUID]) -> None:
    first = core.provisioned_users.page(connection, organization_id, None, limit=2, after="")
    second = core.provisioned_users.page(connection, organization_id, None, limit=2, after=first.next)
    none = core.provisioned_users.page(connection, organization_id, None, limit=0, after="")

    assert [UUID(row.id) for row in [*first.rows, *second.rows]] == people
    assert second.next is None
    assert none == core.keyset.Page([], None)


@pytest.mark.parametrize("cursor", ["x", "é", "W10", "bnVsbA", "WyJpZCIsZmFsc2UsIngiLCJ4Il0", "WyJpZCIsZmFsc2UsMSwxXQ"])
def test_a_cursor_that_this_list_did_not_make_is_refused(
    connection: Connection, organization_id: UUID, cursor: str
) -> None:
    for order in (None, "active", "meta.created", "userName"):
        with pytest.raises(AppException) as caught:
            core.provisioned_users.page(
                connection, organization_id, None, limit=2, after=cursor, sort_by=order and parse_sort(order, USER)
            )
        assert caught.value.error is INVALID_CURSOR


def test_a_cursor_of_another_order_is_refused(connection: Connection, organization_id: UUID, people: Any) -> None:
    cursor = core.provisioned_users.page(connection, organization_id, None, limit=2, after="").next

    with pytest.raises(AppException) as caught:
        core.provisioned_users.page(connection, organization_id, None, limit=2, after=cursor, descending=True)

    assert caught.value.error is INVALID_CURSOR


def test_groups_are_no_order(connection: Connection, organization_id: UUID) -> None:
    with pytest.raises(AppException) as caught:
        core.provisioned_users.page(connection, organization_id, None, limit=2, sort_by=parse_sort("groups", USER))

    assert caught.value.error is INVALID_PATH


@pytest.mark.parametrize(
    "name",
    [
        *("userName", "externalId", "emails", "emails.display", "phoneNumbers", "roles.primary", "addresses.formatted"),
        *("groups.$ref", "manager.$ref", "meta.location", "meta.version", "schemas", "x509Certificates", "profileUrl"),
    ],
)
def test_every_attribute_can_be_asked_for(
    connection: Connection, organization_id: UUID, people: list[UUID], name: str
) -> None:
    present = core.provisioned_users.count(connection, organization_id, found(f"{name} pr"))
    absent = core.provisioned_users.count(connection, organization_id, found(f"not ({name} pr)"))

    assert present + absent == len(people)


def test_an_address_counts_without_its_host(connection: Connection, organization_id: UUID, people: list[UUID]) -> None:
    for url in (f"https://roster.test/scim/v2/Users/{people[1]}", f"/scim/v2/Users/{people[1]}"):
        page = core.provisioned_users.page(connection, organization_id, found(f'meta.location eq "{url}"'), limit=9)

        assert [UUID(row.id) for row in page.rows] == [people[1]]
