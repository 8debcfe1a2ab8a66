"""One thing done to many: an outcome for each, one operation for all, and the way back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.pool import NullPool
from uuid_utils.compat import uuid7

from roster import services
from roster.errors import (
    OPERATION_NOT_FOUND,
    OPERATION_UNDONE,
    SELECTION_CHANGED,
    AppException,
)
from roster.models import Actor, Base
from roster.services.groups import Members
from roster.services.operations.bulk import Scope
from roster.services.operations.outcome import Summary
from tests import factories
from tests.factories import NOW
from tests.pages import statements

BULK, UNDO, LOG = services.operations.bulk, services.operations.undo, services.operations.log
LATER, LATEST = NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)
COUNTED = {"version", "updated_at", "member_version", "members_changed_at"}
"""What counts changes, and so does not come back."""


class Directory:
    """An organization, who acts in it, and what its tables say."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.id = factories.organization().id

    def actor(self, label: str = "olga@example.test") -> Actor:
        return replace(factories.actor(self.id), label=label, operation_id=uuid7())

    def people(self, *names: str, **values: Any) -> list[UUID]:
        return [factories.user(self.id, name, **values).id for name in names]

    def group(self, name: str, *members: UUID) -> UUID:
        made = services.groups.create(factories.actor(self.id), {"display_name": name}, at=NOW).id
        services.groups.add_members(factories.actor(self.id), made, Members(members), at=NOW)
        return made

    def run(self, kind: str, scope: Scope, **options: Any) -> Summary:
        return BULK.run(self.actor(), kind, scope, at=LATER, **options)

    def undo(self, operation_id: UUID, **options: Any) -> Summary:
        return UNDO.undo(self.actor(**options), operation_id, at=LATEST)

    def left_out(self, operation: Summary) -> list[tuple[UUID, str, str, str | None]]:
        rows = LOG.left_out(self.id, operation.id, limit=2000)
        return [(row.subject_id, row.outcome, row.reason, row.by) for row in rows]

    def state(self) -> dict[str, list[Any]]:
        """Every row of users and groups, but for what counts changes."""
        found = {}
        with create_engine(self.engine.url, poolclass=NullPool).connect() as connection:
            for name in ("user", "user_email", "group", "membership", "nesting"):
                table = Base.metadata.tables[name]
                columns = [column for column in table.columns if column.name not in COUNTED]
                found[name] = sorted(map(str, connection.execute(select(*columns))))
        return found


@pytest.fixture
def directory(app: Flask, engine: Engine) -> Iterator[Directory]:
    with app.app_context():
        yield Directory(engine)


@pytest.fixture
def crowd(directory: Directory) -> list[UUID]:
    """1,240 people who match `crew`, three who do not, and one who is suspended already; some are in groups."""
    for number in range(1240):
        factories.user(directory.id, f"crew{number}", email=f"crew{number}@example.test")
    directory.people("ada", "bob", "eve")
    ids = list(services.users.search(directory.id, q="crew", limit=200).rows)
    services.users.suspend(factories.actor(directory.id), ids[0].id, at=NOW)
    directory.group("Pilots", *(row.id for row in ids[:50]))
    return [row.id for row in ids]


def test_bulk_suspend_of_1240_matching_people_tells_each_and_is_undone_exactly(
    directory: Directory, crowd: list[UUID]
) -> None:
    before, scope = directory.state(), Scope(search={"q": "crew"})
    counted = BULK.preview(directory.id, "suspend", scope)

    done = directory.run("suspend", scope, expected=counted.asked, reason="Strike")

    assert (counted.asked, counted.doable, len(counted.sample)) == (1240, 1239, 5)
    assert (done.done, done.unchanged, done.skipped) == (1239, 1, 0)
    assert directory.left_out(done) == [(crowd[0], "unchanged", "", None)]
    assert services.users.count(directory.id, status="suspended") == 1240
    events = LOG.events(directory.id, done.id, limit=2000)
    assert len(events) == 1239
    assert {(event.action, str(event.changes)) for event in events} == {
        ("user.suspended", "{'active': [True, False], 'reason': [None, 'Strike']}")
    }

    undone = directory.undo(done.id)

    assert (undone.done, undone.skipped, undone.undoes) == (1239, 0, done.id)
    assert directory.state() == before
    assert LOG.get(directory.id, done.id).undone_by == undone.id


def test_a_thousand_cost_a_handful_of_statements(directory: Directory, engine: Engine, crowd: list[UUID]) -> None:
    with statements(engine) as seen:
        done = directory.run("suspend", Scope(search={"q": "crew"}))
    assert crowd
    assert len(seen) < 15

    with statements(engine) as seen:
        directory.undo(done.id)
    assert len(seen) < 40


def test_what_somebody_else_did_in_between_survives_the_undo_and_is_named(directory: Directory) -> None:
    ada, bob, eve, dan, kim = directory.people("ada", "bob", "eve", "dan", "kim")
    done = directory.run("suspend", Scope((ada, bob, eve, dan, kim)))
    other = replace(factories.actor(directory.id), label="otto@example.test")
    services.users.activate(other, bob, at=LATER)
    services.users.suspend(other, bob, at=LATER)
    services.users.activate(other, eve, at=LATER)
    services.users.change(other, dan, {"title": "Captain"}, at=LATER)
    services.users.remove(other, kim, at=LATER)

    undone = directory.undo(done.id)

    assert (undone.done, undone.skipped) == (2, 3)
    since = {(key, "skipped", "changed_since", "otto@example.test") for key in (bob, eve, kim)}
    assert set(directory.left_out(undone)) == since
    found = {key: services.users.get_with_deleted(directory.id, key) for key in (ada, bob, eve, dan, kim)}
    assert [found[key].active for key in (ada, bob, eve, dan)] == [True, False, True, True]
    assert found[dan].title == "Captain"
    assert found[kim].deleted_at is not None


@pytest.mark.parametrize("kind", ["suspend", "activate", "delete", "restore", "add", "remove"])
def test_every_kind_is_undone_exactly_and_an_undo_can_be_undone(directory: Directory, kind: str) -> None:
    ada, bob, eve, gone = ids = directory.people("ada", "bob", "eve", "gone", email="x@example.test")
    group_id = directory.group("Pilots", ada, gone)
    services.users.suspend(factories.actor(directory.id), bob, at=NOW)
    services.users.remove(factories.actor(directory.id), gone, at=NOW)
    before = directory.state()
    options = {"group_id": group_id} if kind in {"add", "remove"} else {}
    counted = BULK.preview(directory.id, kind, Scope(tuple(ids)), **options)

    done = directory.run(kind, Scope(tuple(ids)), **options)
    after = directory.state()
    undone = directory.undo(done.id)
    back = directory.state()
    again = UNDO.undo(directory.actor(), undone.id, at=LATEST)

    assert done.done == counted.doable > 0
    assert undone.done == done.done == again.done
    assert after != before
    if kind == "restore":  # who is deleted again has all the time again that the deleted have
        back = before
    if kind != "delete":
        assert directory.state() == after
    assert back == before
    assert eve


def test_whoever_can_not_be_changed_is_skipped_with_the_reason(directory: Directory) -> None:
    ada, bob, taken = directory.people("ada", "bob", "carol")
    actor = factories.actor(directory.id)
    for key in (bob, taken):
        services.users.remove(actor, key, at=NOW)
    directory.people("carol")
    theirs, nobody = factories.user(factories.organization().id, "theirs").id, uuid4()

    done = directory.run("restore", Scope((ada, bob, taken, theirs, nobody)))

    assert (done.done, done.unchanged, done.skipped) == (1, 1, 3)
    assert set(directory.left_out(done)) == {
        (ada, "unchanged", "", None),
        (taken, "skipped", "user_name_taken", None),
        (theirs, "skipped", "not_found", None),
        (nobody, "skipped", "not_found", None),
    }


def test_two_of_the_deleted_who_had_the_same_name_do_not_both_come_back(directory: Directory) -> None:
    first = directory.people("ada")[0]
    services.users.remove(factories.actor(directory.id), first, at=NOW)
    second = directory.people("ADA")[0]
    services.users.remove(factories.actor(directory.id), second, at=NOW)

    done = directory.run("restore", Scope((first, second)))

    assert (done.done, done.skipped) == (1, 1)
    assert [row[2] for row in directory.left_out(done)] == ["user_name_taken"]


def test_a_form_that_is_sent_twice_does_it_once(directory: Directory) -> None:
    ada = directory.people("ada")[0]
    actor = directory.actor()

    first = BULK.run(actor, "suspend", Scope((ada,)), at=LATER)
    services.users.activate(factories.actor(directory.id), ada, at=LATER)
    second = BULK.run(actor, "suspend", Scope((ada,)), at=LATEST)

    assert first == second
    assert services.users.get(directory.id, ada).active


def test_where_the_search_finds_others_than_were_counted_nothing_is_done(directory: Directory) -> None:
    directory.people("ada", "adam")

    with pytest.raises(AppException) as caught:
        directory.run("delete", Scope(search={"q": "ada"}), expected=1)

    assert caught.value.error is SELECTION_CHANGED
    assert services.users.count(directory.id) == 2
    assert LOG.search(directory.id) == []


def test_an_operation_is_undone_once(directory: Directory) -> None:
    done = directory.run("suspend", Scope(tuple(directory.people("ada"))))
    directory.undo(done.id)

    with pytest.raises(AppException) as caught:
        directory.undo(done.id)

    assert caught.value.error is OPERATION_UNDONE


def test_another_organizations_operation_is_not_there(directory: Directory) -> None:
    done = directory.run("suspend", Scope(tuple(directory.people("ada"))))
    stranger = replace(factories.actor(factories.organization().id), operation_id=uuid7())

    for call in (lambda: UNDO.undo(stranger, done.id, at=LATEST), lambda: LOG.get(stranger.organization_id, done.id)):
        with pytest.raises(AppException) as caught:
            call()
        assert caught.value.error is OPERATION_NOT_FOUND


def test_an_import_is_undone_exactly(directory: Directory) -> None:
    ada, bob = directory.people("ada", "bob", email="ada@example.test", attributes={"badge": 7}, title="Dr")
    before, actor = directory.state(), directory.actor()
    lines = [
        services.imports.Line(
            2, {"user_name": "ada", "email": "new@example.test", "attributes": {"badge": "9", "x": "y"}}
        ),
        services.imports.Line(3, {"user_name": "bob", "given_name": "Bob", "title": "", "active": False}),
        services.imports.Line(4, {"user_name": "carol", "email": "carol@example.test"}),
    ]
    services.imports.users(actor, lines, on_error="rollback", at=LATER)
    assert actor.operation_id is not None

    undone = directory.undo(actor.operation_id)

    carol = next(event for event in LOG.events(directory.id, undone.id) if event.action == "user.deleted").subject_id
    after = directory.state()
    for table, rows in after.items():
        after[table] = [row for row in rows if str(carol) not in row]
    assert (undone.done, undone.skipped) == (3, 0)
    assert after == before
    assert services.users.count(directory.id) == len([ada, bob])
