"""Filters as SQL, on a real PostgreSQL, against the oracle: random filters on random directories agree."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from roster.repositories import core
from roster.scim.attributes import ENTERPRISE_URN, GROUP, GROUP_URN, USER, USER_URN
from roster.scim.grammar import parse_filter, parse_path, parse_sort, resolve, resolve_path
from tests.scim import oracle
from tests.scim.directory import GROUPS, USERS, WORDS, Directory, directories, told

ENOUGH = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
FILTERS_EACH = 8
IDS = [*map(str, USERS[:3]), *map(str, GROUPS[:3]), "no-uuid", str(USERS[0]).upper(), "boss", "019"]
TEXTS = [*WORDS, "", "%", "_", "\\", "work", "HOME"]
MOMENTS = [
    "2026-01-01T02:00:00Z",
    "2026-01-01T05:00:00+02:00",
    "2026-01-01T01:00:00.000001Z",
    "2025-12-31T23:00:00-01:00",
]
FLAGS = [True, False]
IN_USERS = {
    **dict.fromkeys(["userName", "displayName", "nickName", "title", "externalId"], TEXTS),
    **dict.fromkeys(["name.givenName", "name.familyName", "name.formatted"], TEXTS),
    **dict.fromkeys([f"{ENTERPRISE_URN}:department", f"{ENTERPRISE_URN}:employeeNumber"], TEXTS),
    **dict.fromkeys([f"{ENTERPRISE_URN}:manager.value", "id"], IDS),
    f"{ENTERPRISE_URN}:manager.displayName": TEXTS,
    **dict.fromkeys(["emails", "emails.value", "emails.type", "emails.display"], TEXTS),
    **dict.fromkeys(["phoneNumbers", "phoneNumbers.value", "phoneNumbers.type"], TEXTS),
    **dict.fromkeys(["groups", "groups.value"], IDS),
    "groups.display": TEXTS,
    "groups.type": ["direct", "indirect", "in"],
    "schemas": [USER_URN, ENTERPRISE_URN.lower(), "urn:"],
    "meta.resourceType": ["User", "user", "U"],
    "meta.version": ['W/"1"', 'W/"2"', "W"],
    **dict.fromkeys(["active", "emails.primary", "phoneNumbers.primary"], FLAGS),
    **dict.fromkeys(["meta.created", "meta.lastModified"], MOMENTS),
}
IN_GROUPS = {
    **dict.fromkeys(["displayName", "externalId", "members.display"], TEXTS),
    **dict.fromkeys(["id", "members", "members.value"], IDS),
    "members.type": ["User", "group", "e"],
    "schemas": [GROUP_URN, "urn:"],
    "meta.resourceType": ["Group", "User"],
    **dict.fromkeys(["meta.created", "meta.lastModified"], MOMENTS),
}
INSIDE = {
    "emails": {"value": TEXTS, "type": TEXTS, "display": TEXTS, "primary": FLAGS},
    "phoneNumbers": {"value": TEXTS, "type": TEXTS, "primary": FLAGS},
    "groups": {"value": IDS, "display": TEXTS, "type": ["direct", "indirect"]},
    "members": {"value": IDS, "display": TEXTS, "type": ["User", "Group"]},
}
ONLY_PRESENT = ["name", "meta", f"{ENTERPRISE_URN}:manager"]


def filters(attributes: Mapping[str, Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    present = st.sampled_from([*attributes, *(ONLY_PRESENT if "userName" in attributes else [])])
    within = [
        st.tuples(st.just("values"), st.just(name), joined(INSIDE[name], 2)) for name in INSIDE if name in attributes
    ]
    return combined(st.one_of(comparisons(attributes), present.map(lambda path: ("pr", path)), *within), 5)


def joined(attributes: Mapping[str, Any], leaves: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return combined(
        comparisons(attributes) | st.sampled_from(sorted(attributes)).map(lambda path: ("pr", path)), leaves
    )


def combined(leaf: st.SearchStrategy[tuple[Any, ...]], leaves: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.recursive(
        leaf,
        lambda inner: st.tuples(st.just("not"), inner) | st.tuples(st.sampled_from(["and", "or"]), inner, inner),
        max_leaves=leaves,
    )


@st.composite
def comparisons(draw: st.DrawFn, attributes: Mapping[str, Any]) -> tuple[Any, ...]:
    path = draw(st.sampled_from(sorted(attributes)))
    value = draw(st.sampled_from([*attributes[path], None]))
    if value is None or isinstance(value, bool):
        return draw(st.sampled_from(["eq", "ne"])), path, value
    of_time = ["eq", "ne", "gt", "ge", "lt", "le"]
    return draw(st.sampled_from(of_time if path in oracle.MOMENTS else sorted(oracle.OPERATORS))), path, value


@contextmanager
def written(engine: Engine, directory: Directory) -> Iterator[Connection]:
    """A connection that sees the directory, and another organization's with the same ids; nothing of it stays."""
    with engine.connect() as connection:
        directory.write(connection)
        replace(directory, organization_id=uuid4()).write(connection)
        yield connection


@given(directory=directories(), found=st.lists(filters(IN_USERS), min_size=FILTERS_EACH, max_size=FILTERS_EACH))
@ENOUGH
def test_random_filters_find_the_users_that_the_oracle_finds(
    plain_engine: Engine, directory: Directory, found: Any
) -> None:
    resources = directory.user_resources()

    with written(plain_engine, directory) as connection:
        for each in found:
            condition = resolve(parse_filter(oracle.text(each)), USER)
            page = core.provisioned_users.page(connection, directory.organization_id, condition, limit=100)
            number = core.provisioned_users.count(connection, directory.organization_id, condition)

            expected = [key for key, resource in resources.items() if oracle.holds(each, resource)]
            assert [UUID(row.id) for row in page.rows] == expected, oracle.text(each)
            assert number == len(expected)


@given(directory=directories(), found=st.lists(filters(IN_GROUPS), min_size=FILTERS_EACH, max_size=FILTERS_EACH))
@ENOUGH
def test_random_filters_find_the_groups_that_the_oracle_finds(
    plain_engine: Engine, directory: Directory, found: Any
) -> None:
    resources = directory.group_resources()

    with written(plain_engine, directory) as connection:
        for each in found:
            condition = resolve(parse_filter(oracle.text(each)), GROUP)
            page = core.provisioned_groups.page(connection, directory.organization_id, condition, limit=100)
            number = core.provisioned_groups.count(connection, directory.organization_id, condition)

            expected = [key for key, resource in resources.items() if oracle.holds(each, resource)]
            assert [row.id for row in page.rows] == expected, oracle.text(each)
            assert number == len(expected)


@given(directory=directories(), found=joined(INSIDE["members"], 3))
@ENOUGH
def test_random_filters_on_members_find_those_that_the_oracle_finds(
    plain_engine: Engine, directory: Directory, found: Any
) -> None:
    path: Any = resolve_path(parse_path(f"members[{oracle.text(found)}]"), GROUP)

    with written(plain_engine, directory) as connection:
        for key in directory.groups:
            rows = core.provisioned_groups.members_matching(connection, directory.organization_id, key, path.inner)

            expected = [each for each in directory.members_of(key) if oracle.holds(found, each)]
            assert [(row.type, str(row.id)) for row in rows] == [(each["type"], each["value"]) for each in expected]


def told_name(directory: Directory, key: str | None, name: str | None, *, nobody: str | None = None) -> str | None:
    """What somebody is called where others show them: nobody is called by the name that they sign in with."""
    user = directory.users.get(UUID(key)) if key else None
    return nobody if user and name == user["user_name"] else name


@given(directory=directories())
@ENOUGH
def test_what_is_shown_of_users_and_groups_is_what_is_in_the_directory(
    plain_engine: Engine, directory: Directory
) -> None:
    people, sets = directory.user_resources(), directory.group_resources()

    with written(plain_engine, directory) as connection:
        users = core.provisioned_users.page(connection, directory.organization_id, None, limit=100).rows
        groups = core.provisioned_groups.page(connection, directory.organization_id, None, limit=100).rows
        one = {key: core.provisioned_users.by_id(connection, directory.organization_id, key) for key in people}
        single = {key: core.provisioned_groups.by_id(connection, directory.organization_id, key) for key in sets}

    for row in [*users, *one.values()]:
        shown = told(row)
        assert shown | {"groups": by_value(shown.get("groups", []))} == expected_of(directory, people[UUID(row.id)])
    for row in [*groups, *single.values()]:
        members = sets[row.id].get("members", [])
        assert row.members == [
            member | {"display": told_name(directory, member["value"], member["display"])} for member in members
        ]
        assert row.last_modified.isoformat() == sets[row.id]["meta"]["lastModified"]
    assert (list(one), list(single)) == ([UUID(row.id) for row in users], [row.id for row in groups])


def expected_of(directory: Directory, resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource of the directory with addresses, and without what has no value."""
    enterprise = dict(resource.get(ENTERPRISE_URN, {}))
    if manager := enterprise.get("manager"):
        if "displayName" in manager:
            name = told_name(directory, manager["value"], manager["displayName"])
            manager = manager | {"displayName": name, "$ref": f"here/Users/{manager['value']}"}
        enterprise["manager"] = filled(manager)
    meta = {name: value.replace("+00:00", "Z") for name, value in resource["meta"].items()}
    groups = [group | {"$ref": f"here/Groups/{group['value']}"} for group in resource.get("groups", [])]
    values = {name: [filled(each) for each in resource.get(name, [])] for name in ("emails", "phoneNumbers")}
    return filled({**resource, **values, ENTERPRISE_URN: enterprise}) | {
        "meta": meta | {"location": f"here/Users/{resource['id']}"},
        "groups": by_value(groups),
    }


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], {})}


SORTS = ["userName", "name.familyName", "title", "active", "meta.created", "externalId", "id", "emails", "meta.version"]


@given(
    directory=directories(),
    by=st.sampled_from([*SORTS, "phoneNumbers.type", "displayName", "meta.resourceType", "schemas", None]),
    descending=st.booleans(),
    limit=st.integers(1, 3),
)
@ENOUGH
def test_every_order_is_that_of_the_oracle_by_start_and_by_cursor(
    plain_engine: Engine, directory: Directory, by: str | None, descending: bool, limit: int
) -> None:
    options: Any = {"sort_by": by and parse_sort(by, USER), "descending": descending, "limit": limit}
    by_start: list[UUID] = []
    by_cursor: list[UUID] = []
    after: str | None = ""

    with written(plain_engine, directory) as connection:
        key = (connection, directory.organization_id, None)
        for start in range(0, 6, limit):
            by_start += [UUID(row.id) for row in core.provisioned_users.page(*key, start=start, **options).rows]
        while after is not None:
            page = core.provisioned_users.page(*key, after=after, groups=False, **options)
            by_cursor += [UUID(row.id) for row in page.rows]
            after = page.next

    expected = in_order(directory, by, descending=descending)
    assert by_start == expected
    assert by_cursor == expected


def in_order(directory: Directory, by: str | None, *, descending: bool) -> list[UUID]:
    def place(resource: Mapping[str, Any]) -> Any:
        if by in ("emails", "phoneNumbers.type"):
            items = sorted(resource.get(by.split(".")[0], []), key=lambda item: not item["primary"])
            value = items[0]["type" if "." in by else "value"] if items else None
        else:
            [value, *_] = oracle.values(resource, by or "id")
        exact = by in oracle.EXACT and value is not None
        return (oracle.sort_key(None if exact else value), value if exact else "", resource["id"])

    def key(resource: Mapping[str, Any]) -> Any:
        missing, exact, identifier = place(resource)
        return (missing[0] and not exact, missing[1] if missing[1] is not None else "", exact, identifier)

    found = sorted(directory.user_resources().values(), key=key, reverse=descending)
    return [UUID(resource["id"]) for resource in found]


def by_value(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: item["value"])
