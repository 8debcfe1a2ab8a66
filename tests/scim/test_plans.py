"""What identity providers ask is answered by the index that is there for it (EXPLAIN, on enough rows)."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event, text

from roster.repositories import core
from roster.scim.attributes import GROUP, USER
from roster.scim.grammar import parse_filter, resolve
from tests.scim.directory import EPOCH, GROUPS, USERS, Directory

MANY = 2000
SOMEBODY = {
    **dict.fromkeys(["chosen", "given_name", "family_name", "title", "department", "nick_name", "formatted"]),
    **{"employee_number": None, "manager": None, "active": True, "phones": [], "version": 1, "deleted": False},
    **{"created_at": EPOCH, "updated_at": EPOCH},
}
SOMETHING = {
    "external_id": None,
    "created_at": EPOCH,
    "updated_at": EPOCH,
    "members_changed_at": None,
    "deleted": False,
}


@pytest.fixture(scope="module")
def directory() -> Directory:
    users = {UUID(int=USERS[0].int + number): somebody(number) for number in range(MANY)}
    groups = {UUID(int=GROUPS[0].int + number): SOMETHING | {"display_name": f"g{number}"} for number in range(MANY)}
    return Directory(
        users, groups, list(zip(groups, users, strict=True)), list(zip(groups, [*groups][1:], strict=False))
    )


def somebody(number: int) -> dict[str, Any]:
    email = {"value": f"u{number}@x", "type": "work", "display": None, "primary": True}
    return SOMEBODY | {"user_name": f"u{number}", "external_id": f"e{number}", "emails": [email]}


@pytest.fixture(scope="module")
def connection(plain_engine: Engine, directory: Directory) -> Iterator[Connection]:
    with plain_engine.connect() as connection:
        directory.write(connection)
        connection.execute(text("ANALYZE"))
        yield connection


def plan(connection: Connection, ask: Callable[[], Any]) -> str:
    """The plan of what is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    [(statement, parameters)] = asked
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ('userName eq "U7"', "uq_user_user_name_live"),
        ('userName sw "U77"', "uq_user_user_name_live"),
        ('externalId eq "e7"', "ix_user_external_id"),
        ('emails.value eq "U7@x"', "ix_user_email_value"),
        ('emails eq "U7@x"', "ix_user_email_value"),
        ('emails[type eq "work" and value eq "U7@x"]', "ix_user_email_value"),
        (f'id eq "{USERS[1]}"', "pk_user"),
        ("active eq false", "ix_user_suspended"),
        ('meta.lastModified gt "2026-01-01T00:00:00Z"', "ix_user_updated_at"),
    ],
)
def test_users_are_found_by_an_index(connection: Connection, directory: Directory, condition: str, index: str) -> None:
    found = resolve(parse_filter(condition), USER)

    used = plan(connection, lambda: core.provisioned_users.count(connection, directory.organization_id, found))

    assert index in used
    assert 'Seq Scan on "user"' not in used


@pytest.mark.parametrize(
    ("condition", "indexes"),
    [
        ('displayName eq "G7"', ["uq_group_display_name_live"]),
        ('externalId eq "e7"', ["ix_group_external_id"]),
        (f'members.value eq "{USERS[1]}"', ["ix_membership_user", "ix_nesting_child"]),
        (f'members[value eq "{GROUPS[1]}"]', ["ix_membership_user", "ix_nesting_child"]),
        (f'members eq "{USERS[1]}"', ["ix_membership_user", "ix_nesting_child"]),
    ],
)
def test_groups_are_found_by_an_index(
    connection: Connection, directory: Directory, condition: str, indexes: list[str]
) -> None:
    found = resolve(parse_filter(condition), GROUP)

    used = plan(connection, lambda: core.provisioned_groups.count(connection, directory.organization_id, found))

    assert not [index for index in indexes if index not in used]
    assert 'Seq Scan on "group"' not in used


def test_what_belongs_to_a_page_is_found_for_all_of_it_at_once(connection: Connection, directory: Directory) -> None:
    """However few it expects: a nested loop over a list costs the square of the page."""
    nobody = resolve(parse_filter('title eq "a" and title eq "b" and nickName eq "c"'), USER)
    nothing = resolve(parse_filter('externalId eq "a" and displayName eq "b"'), GROUP)

    users = plan(
        connection, lambda: core.provisioned_users.page(connection, directory.organization_id, nobody, limit=9)
    )
    groups = plan(
        connection, lambda: core.provisioned_groups.page(connection, directory.organization_id, nothing, limit=9)
    )

    for used in (users, groups):
        assert "Hash Full Join" in used or "Merge Full Join" in used
    assert "ix_membership_user" in users
