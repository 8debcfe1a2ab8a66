"""What a list page asks of the database: the same few statements, of two hundred people and of thousands."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine
from uuid_utils.compat import uuid7

from roster import services
from roster.services.imports import Line
from roster.services.operations.bulk import Scope
from tests import factories
from tests.factories import NOW
from tests.pages import Pages, statements

SESSION = 1
"""The statement that tells who it is."""
LISTS = (
    "users",
    "users?q=crew&status=active&department=Fleet&email=with&sort=-updated_at",
    "users?filter=department+eq+%22Fleet%22",
    "users?status=suspended",
    "users?status=deleted",
    "groups",
    "groups?q=team",
    "events",
    "events?subject=crew1&action=user.created",
    "bin",
    "bin/groups",
    "tokens",
    "operations",
    "users/import",
    "go?q=crew",
)
BOARDS = ("", "providers", "/admin/organizations", "/admin/administrators")
"""Pages that show several things at once: what they ask for doesn't grow, either."""


def seed(pages: Pages, count: int) -> None:
    """Add people with addresses, every tenth suspended and some deleted, a group of all and one for every fifty."""
    lines = [
        Line(n, {"user_name": f"crew{n}", "department": "Fleet", "email": f"c{n}@example.test", "active": n % 10 > 0})
        for n in range(count)
    ]
    everybody, gone = pages.group("Everybody"), [pages.group(f"Team {n}") for n in range(count // 50)][::10]
    with pages.app.app_context():
        actor, bulk = factories.actor(pages.organization_id), services.operations.bulk.run
        services.imports.users(actor, lines, on_error="skip", at=NOW)
        bulk(replace(actor, operation_id=uuid7()), "add", Scope(search={}), at=NOW, group_id=everybody)
        bulk(replace(actor, operation_id=uuid7()), "delete", Scope(search={"q": "crew1"}), at=NOW)
        for group_id in gone:
            services.groups.remove(actor, group_id, at=NOW)


@pytest.mark.parametrize("count", [200, 5000])
def test_a_list_takes_three_statements_after_the_session(app: Flask, engine: Engine, count: int) -> None:
    pages = Pages(app)
    seed(pages, count)

    asked = {path: cost(pages, engine, path) for path in (*LISTS, *BOARDS)}

    assert {path: number for path, number in asked.items() if number > 3 and path in LISTS} == {}
    assert max(asked.values()) <= 10


def cost(pages: Pages, engine: Engine, path: str) -> int:
    """Return how many statements a page takes after that of the session."""
    with statements(engine) as seen:
        answer = pages.get(path if path.startswith("/") else pages.of(path))
    assert answer.status_code == 200
    return len(seen) - SESSION
