"""Who may do what: every route of the pages, found by itself, and every kind of administrator.

A room without a rule fails here; so does a route that should ask again who it is, and does not.
"""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.pool import NullPool
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from roster.models import Base
from tests.pages import PASSWORD, Pages

OPEN = {"sessions", "set_up", "invitations"}
ONESELF = {"own.account", "own.codes", "own.confirmation", "own.preferences", "own.shortcuts"}
OWNERS = {"admin.administrators"}
EVERYWHERE = {"admin.organizations"}
ORGANIZATION = {"users", "memberships", "groups", "members", "events", "tokens", "bin", "settings"} | {
    *("overview", "imports"),
    *("providers", "connections", "requests", "links", "palette"),
    *("bulk", "group_bulk", "operations", "fields", "merging", "offboarding"),
}
AUDITORS_OWN = {
    "own.account.update_password",
    "own.account.end",
    "own.account.end_others",
    "own.codes.create",
    "own.codes.delete",
    "own.confirmation.create",
    "own.preferences.update",
    "own.preferences.keep_view",
}
"""All that an auditor writes: their own password, second factor, sessions and preferences: no part of the directory."""
CREDENTIALS = {"administrator", "administrator_session", "administrator_event", "recovery_code"}
ROOMS = OPEN | ONESELF | OWNERS | EVERYWHERE | {"admin.home"} | {f"admin.{room}" for room in ORGANIZATION}
DANGEROUS = {
    "own.account.edit_password",
    "own.account.update_password",
    "own.codes.new",
    "own.codes.create",
    "own.codes.delete",
    "admin.administrators.new",
    "admin.administrators.create",
    "admin.administrators.withdraw",
    "admin.administrators.show",
    "admin.administrators.change_role",
    "admin.administrators.disable",
    "admin.administrators.enable",
    "admin.tokens.new",
    "admin.tokens.create",
    "admin.tokens.edit",
    "admin.tokens.rotate",
    "admin.connections.new",
    "admin.connections.create",
    "admin.connections.issue",
    "admin.settings.ask",
    "admin.settings.delete",
}
NAMES = "user_name, display_name, given_name, family_name, title, department, external_id"
VALUES = {f"any({NAMES})": "title"} | {
    "any(csv, jsonl)": "csv",
    "any(users, groups)": "users",
    "string(length=8)": "0" * 8,
    "string(length=43)": "x" * 43,
}


def calls(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin"):
            yield from ((rule, method) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def room(rule: Rule) -> str:
    return rule.endpoint.rpartition(".")[0]


def ask(pages: Pages, rule: Rule, method: str, slug: str) -> TestResponse:
    path = rule.rule.replace("<slug>", slug)
    path = re.sub(r"<uuid:\w+>", str(uuid4()), path)
    path = re.sub(r"<([^<>]+):\w+>", lambda found: VALUES[found[1]], path)
    return pages.client.open(path, method=method, data={"slug": slug, "name": "x", "user_name": "x"})


@pytest.fixture(autouse=True)
def _without_tokens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms of other sites are refused before anything else; here it is about what comes after."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)


@pytest.fixture
def nothing_written(engine: Engine) -> Iterator[None]:
    def written() -> dict[str, list[str]]:
        with create_engine(engine.url, poolclass=NullPool).connect() as connection:
            tables = [table for table in Base.metadata.sorted_tables if table.name != "administrator_session"]
            return {table.name: sorted(map(str, connection.execute(select(table)))) for table in tables}

    before = written()
    yield
    assert written() == before


@pytest.fixture
def owner(app: Flask) -> Pages:
    pages = Pages(app)
    pages.add()
    return pages


def test_every_room_has_a_rule_and_every_rule_a_room(app: Flask) -> None:
    assert {room(rule) for rule, _ in calls(app)} == ROOMS
    assert {rule.endpoint for rule, _ in calls(app)} >= DANGEROUS
    for rule, _ in calls(app):
        inside = room(rule).removeprefix("admin.") in ORGANIZATION
        assert ("<slug>" in rule.rule) == inside, rule


def test_strangers_are_sent_to_sign_in(app: Flask, owner: Pages, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("nothing_written")
    owner.client = app.test_client()

    for rule, method in calls(app):
        if room(rule) not in OPEN:
            answer = ask(owner, rule, method, owner.slug)
            assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/admin/login"), (rule, method)


def test_an_auditor_writes_by_no_route_but_those_of_their_own_account(
    app: Flask, owner: Pages, request: pytest.FixtureRequest
) -> None:
    pages = Pages(app, "auditor", slug=owner.slug)
    request.getfixturevalue("nothing_written")

    for rule, method in calls(app):
        if room(rule) not in OPEN and rule.endpoint not in AUDITORS_OWN and method != "GET":
            assert ask(pages, rule, method, owner.slug).status_code == 403, (rule, method)


def test_an_auditors_own_account_is_no_way_into_the_directory(app: Flask, engine: Engine, owner: Pages) -> None:
    def directory() -> dict[str, list[str]]:
        with create_engine(engine.url, poolclass=NullPool).connect() as connection:
            tables = [table for table in Base.metadata.sorted_tables if table.name not in CREDENTIALS]
            return {table.name: sorted(map(str, connection.execute(select(table)))) for table in tables}

    pages, before = Pages(app, "auditor", slug=owner.slug), directory()
    form = {"current": PASSWORD, "password": "another long horse", "again": "another long horse"}

    changed = pages.client.post("/admin/account/password", data=form)
    own = {rule.endpoint for rule, method in calls(app) if room(rule) in ONESELF and method != "GET"}
    for rule, method in calls(app):
        if rule.endpoint in AUDITORS_OWN:
            assert ask(pages, rule, method, owner.slug).status_code < 500

    assert own == AUDITORS_OWN
    assert changed.status_code == 303
    assert directory() == before


@pytest.mark.parametrize("role", ["owner", "admin", "auditor"])
def test_who_looks_after_one_organization_finds_no_other(
    app: Flask, owner: Pages, request: pytest.FixtureRequest, role: str
) -> None:
    pages = Pages(app, role, confined=True)
    request.getfixturevalue("nothing_written")

    for rule, method in calls(app):
        if "<slug>" in rule.rule:
            assert ask(pages, rule, method, owner.slug).status_code == 404, (rule, method)
        if room(rule) in EVERYWHERE:
            assert ask(pages, rule, method, owner.slug).status_code == 403, (rule, method)


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_who_is_no_owner_looks_after_no_administrators(app: Flask, request: pytest.FixtureRequest, role: str) -> None:
    pages = Pages(app, role)
    request.getfixturevalue("nothing_written")

    for rule, method in calls(app):
        if room(rule) in OWNERS:
            assert ask(pages, rule, method, pages.slug).status_code == 403, (rule, method)


def test_what_is_dangerous_and_nothing_else_asks_again_who_it_is(owner: Pages) -> None:
    owner.grow_old()
    asked = set()

    for rule, method in calls(owner.app):
        if room(rule) not in OPEN and rule.endpoint != "own.confirmation.create":
            with ask(owner, rule, method, owner.slug) as answer:
                if (answer.location or "").startswith("/admin/confirm"):
                    asked.add(rule.endpoint)

    assert asked == DANGEROUS
