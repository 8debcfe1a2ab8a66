"""Filters on values and their parts, one after the other, on a directory in which each of them tells people apart."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine

from roster.repositories import core
from roster.scim.attributes import USER
from roster.scim.grammar import parse_filter, parse_sort, resolve
from tests.scim import oracle
from tests.scim.directory import GROUPS, USERS, Directory, told
from tests.scim.test_plans import SOMEBODY, SOMETHING

OUTER, MIDDLE, INNER, GONE = GROUPS


def value(text: str, kind: str | None, *, primary: bool = False) -> dict[str, Any]:
    return {"value": text, "type": kind, "display": None, "primary": primary}


def person(name: str, title: str | None, *values: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {**SOMEBODY, "user_name": name, "title": title, "external_id": None, "emails": [*values], **others}


WORK, HOME = value("a@x", "work", primary=True), value("b@x", "home")
PEOPLE = [
    person("direct", "b", WORK, HOME, phones=[value("1", "work")]),
    person("inside", None, value("a@x", "home"), phones=[value("1", None, primary=True)]),
    person("both", "a", value("b@x", "work"), phones=[{"value": "2"} | dict.fromkeys(["type", "display", "primary"])]),
    person("behind", None),
    person("alone", "c", HOME),
]
DIRECTORY = Directory(
    dict(zip(USERS, PEOPLE, strict=True)),
    {key: SOMETHING | {"display_name": f"g{number}", "deleted": key == GONE} for number, key in enumerate(GROUPS)},
    [(OUTER, USERS[0]), (INNER, USERS[1]), (OUTER, USERS[2]), (INNER, USERS[2]), (GONE, USERS[3])],
    [(OUTER, MIDDLE), (MIDDLE, INNER), (OUTER, GONE)],
)
ELSEWHERE = replace(
    DIRECTORY,
    users={key: {**each, "emails": [WORK, HOME]} for key, each in DIRECTORY.users.items()},
    nestings=[(OUTER, INNER), (INNER, GONE)],
    organization_id=uuid4(),
)
PARTS: dict[str, dict[str, list[Any]]] = {
    "emails": {"value": ["a@x", "B@x", "x"], "type": ["work", "home"], "primary": [True, False]},
    "phoneNumbers": {"value": ["1", "2"], "type": ["work"], "primary": [True, False]},
    "groups": {"value": [*map(str, GROUPS)], "type": ["direct", "indirect"], "display": ["g0", "g2"]},
}


@pytest.fixture(scope="module")
def connection(plain_engine: Engine) -> Iterator[Connection]:
    with plain_engine.connect() as connection:
        DIRECTORY.write(connection)
        ELSEWHERE.write(connection)
        yield connection


def comparisons(name: str) -> list[tuple[Any, ...]]:
    """Each operator that may be asked, of each part, with each value."""
    return [
        (operator, part, wanted)
        for part, values in PARTS[name].items()
        for wanted in values
        for operator in (("eq", "ne") if isinstance(wanted, bool) else ("eq", "ne", "co", "gt"))
    ]


def filters(name: str) -> Iterator[tuple[Any, ...]]:
    """Each comparison of a part: by its path, between brackets, negated in there, and with another one beside it."""
    for operator, part, wanted in comparisons(name):
        yield operator, f"{name}.{part}", wanted
        yield "values", name, (operator, part, wanted)
        yield "values", name, ("not", (operator, part, wanted))
        for other, values in PARTS[name].items():
            if other != part:
                yield "values", name, ("and", (operator, part, wanted), ("eq", other, values[0]))
                yield "values", name, ("and", (operator, part, wanted), ("eq", other, values[-1]))


@pytest.mark.parametrize("name", PARTS)
def test_every_question_about_parts_is_answered_as_by_the_oracle(connection: Connection, name: str) -> None:
    resources = DIRECTORY.user_resources()

    for each in filters(name):
        found = resolve(parse_filter(oracle.text(each)), USER)
        page = core.provisioned_users.page(connection, DIRECTORY.organization_id, found, limit=9, groups=False)

        expected = [key for key, resource in resources.items() if oracle.holds(each, resource)]
        assert [UUID(row.id) for row in page.rows] == expected, oracle.text(each)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_cursors_pass_over_what_has_no_value(connection: Connection, descending: bool, limit: int) -> None:
    options: Any = {"sort_by": parse_sort("title", USER), "descending": descending, "limit": limit}
    found: list[str | None] = []
    after: str | None = ""

    while after is not None:
        page = core.provisioned_users.page(connection, DIRECTORY.organization_id, None, after=after, **options)
        found += [told(row).get("title") for row in page.rows]
        after = page.next

    assert found == ([None, None, "c", "b", "a"] if descending else ["a", "b", "c", None, None])


def test_groups_are_shown_by_way_of_live_groups_of_the_same_organization(connection: Connection) -> None:
    rows = core.provisioned_users.page(connection, DIRECTORY.organization_id, None, limit=9).rows

    assert [[(group["display"], group["type"]) for group in told(row).get("groups", [])] for row in rows] == [
        [("g0", "direct")],
        [("g0", "indirect"), ("g1", "indirect"), ("g2", "direct")],
        [("g0", "direct"), ("g1", "indirect"), ("g2", "direct")],
        [],
        [],
    ]
