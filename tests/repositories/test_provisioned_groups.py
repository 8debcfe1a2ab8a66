"""Groups as SCIM shows them: members in the same statement, or none read at all."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection

from roster import services
from roster.database import core_of, registry
from roster.errors import GROUP_NOT_FOUND, INVALID_PATH, AppException
from roster.repositories import core
from roster.scim.attributes import GROUP
from roster.scim.grammar import Filter, ValuePath, parse_filter, parse_path, parse_sort, resolve, resolve_path
from roster.services.groups import Members
from tests import factories
from tests.factories import NOW
from tests.repositories.statements import statements


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


@pytest.fixture
def ada(organization_id: UUID) -> UUID:
    return factories.user(organization_id, "ada", given_name="Ada", family_name="Lovelace").id


@pytest.fixture
def staff(organization_id: UUID, ada: UUID) -> UUID:
    """A group with Ada, somebody deleted, and the group `inside`."""
    actor = factories.actor(organization_id)
    gone = factories.user(organization_id, "gone").id
    inside = services.groups.create(actor, {"display_name": "inside"}, at=NOW).id
    staff = services.groups.create(actor, {"display_name": "Staff"}, at=NOW).id
    services.groups.add_members(actor, staff, Members([ada, gone], [inside]), at=NOW)
    services.users.remove(actor, gone, at=NOW)
    return staff


@pytest.fixture
def connection(organization_id: UUID, staff: UUID) -> Connection:
    return core_of(registry())


def found(text: str) -> Filter:
    return resolve(parse_filter(text), GROUP)


def test_one_is_read_with_its_live_members_in_one_statement(
    connection: Connection, organization_id: UUID, staff: UUID, ada: UUID
) -> None:
    with statements() as asked:
        row = core.provisioned_groups.by_id(connection, organization_id, staff)

    assert len(asked) == 1
    assert (row.display_name, row.version, row.last_modified) == ("Staff", 1, NOW)
    assert [(member["display"], member["type"]) for member in row.members] == [
        ("Ada Lovelace", "User"),
        ("inside", "Group"),
    ]
    assert row.members[0]["value"] == str(ada)


def test_members_that_are_not_wanted_are_not_read(connection: Connection, organization_id: UUID, staff: UUID) -> None:
    with statements() as asked:
        row = core.provisioned_groups.by_id(connection, organization_id, staff, members=False)
        page = core.provisioned_groups.page(connection, organization_id, None, limit=9, members=False)

    assert (row.members, [each.members for each in page.rows]) == (None, [None, None])
    assert not [each for each in asked if "membership" in each or "nesting" in each]


def test_a_page_with_members_is_one_statement(connection: Connection, organization_id: UUID) -> None:
    with statements() as asked:
        page = core.provisioned_groups.page(connection, organization_id, None, limit=9)

    assert len(asked) == 1
    assert [(row.display_name, len(row.members)) for row in page.rows] == [("inside", 0), ("Staff", 2)]


def test_what_is_not_there_is_not_found(connection: Connection, organization_id: UUID, staff: UUID) -> None:
    for organization, group in ((organization_id, uuid4()), (uuid4(), staff)):
        with pytest.raises(AppException) as caught:
            core.provisioned_groups.by_id(connection, organization, group)
        assert caught.value.error is GROUP_NOT_FOUND


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("members[value pr]", ["User", "Group"]),
        ('members[type eq "user"]', ["User"]),
        ('members[display sw "ADA L"]', ["User"]),
        ('members[not (type eq "User")]', ["Group"]),
        ('members[value eq "nobody"]', []),
        ('members[$ref co "/Groups/"]', ["Group"]),
    ],
)
def test_members_that_match_are_found(
    connection: Connection, organization_id: UUID, staff: UUID, path: str, kinds: list[str]
) -> None:
    values = resolve_path(parse_path(path), GROUP)
    assert isinstance(values, ValuePath)

    rows = core.provisioned_groups.members_matching(connection, organization_id, staff, values.inner)

    assert [row.type for row in rows] == kinds


def test_members_are_no_order_but_names_are(connection: Connection, organization_id: UUID) -> None:
    by_name = {"sort_by": parse_sort("displayName", GROUP), "descending": True}

    page = core.provisioned_groups.page(connection, organization_id, None, limit=9, **by_name)  # type: ignore[arg-type]
    with pytest.raises(AppException) as caught:
        core.provisioned_groups.page(connection, organization_id, None, limit=9, sort_by=parse_sort("members", GROUP))

    assert [row.display_name for row in page.rows] == ["Staff", "inside"]
    assert caught.value.error is INVALID_PATH
