"""Imports, where the command line's tests do not look."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from roster import services
from roster.database import dry_run
from roster.services import imports
from roster.services.imports import Line, Refused, Report
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


def take(organization_id: UUID, *people: Mapping[str, Any], on_error: Any = "skip", **options: Any) -> Report:
    lines = [Line(number, values) for number, values in enumerate(people, start=2)]
    return services.imports.users(factories.actor(organization_id), lines, on_error=on_error, at=LATER, **options)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def everybody(organization_id: UUID) -> dict[str, Any]:
    return {row.user_name: row for row in services.users.search(organization_id, limit=1000).rows}


def test_a_batch_is_taken_in_sets_and_counted(organization_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports.taking, "BATCH", 10)
    told: list[int] = []
    factories.user(organization_id, "user3", title="old")
    factories.user(organization_id, "user4", title="new")

    report = take(
        organization_id, *({"user_name": f"user{n}", "title": "new"} for n in range(25)), progress=told.append
    )

    assert counts(report) == (23, 1, 1, 0)
    assert told == [10, 20, 25]
    assert {row.title for row in everybody(organization_id).values()} == {"new"}


def test_what_the_database_refuses_is_left_out_alone(organization_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports.taking, "BATCH", 8)
    people: list[dict[str, Any]] = [{"user_name": f"user{number}"} for number in range(20)]
    people[5]["title"] = "x" * 300
    people[13]["attributes"] = {"a": "\0"}

    report = take(organization_id, *people)

    assert counts(report) == (18, 0, 0, 2)
    assert report.refused == [
        Refused(7, "user5", "can't be stored as it is."),
        Refused(15, "user13", "can't be stored as it is."),
    ]
    assert report.kept
    assert set(everybody(organization_id)) == {f"user{n}" for n in range(20)} - {"user5", "user13"}


def test_a_name_that_somebody_took_meanwhile_is_told_as_taken(
    organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.user(organization_id, "ada")
    users = imports.taking.core.users
    monkeypatch.setattr(users, "by_user_name_keys", lambda *_: {})  # as if they came just after we looked

    report = take(organization_id, {"user_name": "bob"}, {"user_name": "ADA"})

    assert counts(report) == (1, 0, 0, 1)
    assert report.refused == [Refused(3, "ADA", "user_name: taken by another user.")]


def test_refusals_are_told_in_the_files_order(organization_id: UUID) -> None:
    lines = [Line(2, {"user_name": "a"}), Line(3, {"user_name": "a"}), Line(9, {"user_name": "b", "title": "x" * 300})]

    report = services.imports.users(
        factories.actor(organization_id), lines, [Refused(5, "x", "Bad.")], on_error="rollback", at=LATER
    )

    assert [refused.number for refused in report.refused] == [3, 5, 9]
    assert (counts(report), report.kept) == ((0, 0, 0, 3), False)
    assert everybody(organization_id) == {}


def test_a_display_name_that_nobody_chose_follows(organization_id: UUID) -> None:
    factories.user(organization_id, "ada", given_name="Ada")
    factories.user(organization_id, "bob", given_name="Bob", display_name="Bobby")

    take(organization_id, *({"user_name": name, "family_name": "King"} for name in ("ada", "bob", "eve")))

    found = everybody(organization_id)
    assert [found[name].display_name for name in ("ada", "bob", "eve")] == ["Ada King", "Bobby", "King"]


def test_an_address_takes_the_primary_ones_place_and_an_empty_one_takes_it_away(organization_id: UUID) -> None:
    emails = [{"value": "b@x"}, {"value": "a@x", "primary": True, "type": "work"}]
    for name in ("ada", "bob", "eve"):
        factories.user(organization_id, name, emails=[dict(email) | {"type": None} | email for email in emails])

    new = {"user_name": "ada", "email": "c@x"}
    take(organization_id, new, {"user_name": "bob", "email": None}, {"user_name": "eve"})

    found = everybody(organization_id)
    assert [[email["value"] for email in found[name].emails] for name in ("ada", "bob", "eve")] == [
        ["c@x", "b@x"],
        ["b@x"],
        ["b@x", "a@x"],
    ]
    assert found["ada"].email == "c@x"


def test_attributes_are_merged_by_column(organization_id: UUID) -> None:
    factories.user(organization_id, "ada", attributes={"a": 1, "b": "two", "c": [3]})

    same = take(organization_id, {"user_name": "ada", "attributes": {"a": "1", "b": "two", "c": "[3]", "d": None}})
    changed = take(organization_id, {"user_name": "ada", "attributes": {"a": None, "b": "2", "e": "5"}})

    assert (counts(same), counts(changed)) == ((0, 0, 1, 0), (0, 1, 0, 0))
    assert everybody(organization_id)["ada"].attributes == {"b": "2", "c": [3], "e": "5"}


def test_a_deleted_user_stays_deleted_and_their_name_is_somebody_elses(organization_id: UUID) -> None:
    gone = factories.user(organization_id, "ada")
    services.users.remove(factories.actor(organization_id), gone.id, at=NOW)

    report = take(organization_id, {"user_name": "ada"})

    assert counts(report) == (1, 0, 0, 0)
    assert everybody(organization_id)["ada"].id != gone.id


def test_every_change_is_an_event(organization_id: UUID) -> None:
    factories.user(organization_id, "ada", title="old")

    take(organization_id, {"user_name": "ada", "title": "new"}, {"user_name": "bob", "email": "b@x"})

    found = everybody(organization_id)
    changed, _ = services.users.history(organization_id, found["ada"].id)
    [created] = services.users.history(organization_id, found["bob"].id)
    assert (changed.action, changed.changes) == ("user.changed", {"title": ["old", "new"]})
    assert (created.action, created.changes["user_name"]) == ("user.created", [None, "bob"])


def test_a_dry_run_reports_and_writes_nothing(organization_id: UUID) -> None:
    with dry_run():
        report = take(organization_id, {"user_name": "ada"})

    assert counts(report) == (1, 0, 0, 0)
    assert everybody(organization_id) == {}


def test_nothing_to_take_is_no_failure(organization_id: UUID) -> None:
    assert counts(take(organization_id)) == (0, 0, 0, 0)
