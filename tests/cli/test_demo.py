"""Demo people: once, in an empty database, and never beside people who are real."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from roster import services
from roster.cli import demo
from roster.services.imports import Refused, Report
from tests import factories


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def people_count() -> int:
    return services.users.count(services.organizations.get_by_slug(demo.SLUG).id)


def gathered() -> int:
    """How many are in a group."""
    organization_id = services.organizations.get_by_slug(demo.SLUG).id
    groups = services.groups.search(organization_id, limit=50).rows
    return sum(services.groups.member_count(organization_id, group.id) for group in groups)


def test_people_have_joined_over_some_weeks(tmp_path: Path) -> None:
    demo.fill_if_empty(tmp_path)

    organization_id = services.organizations.get_by_slug(demo.SLUG).id
    days = services.overview.of(organization_id, at=datetime.now(UTC)).days
    assert days[-1].people == people_count()
    assert len({day.people for day in days}) > demo.WEEKS


def test_an_empty_database_gets_people_and_an_owner_who_can_sign_in(tmp_path: Path) -> None:
    told = demo.fill_if_empty(tmp_path)

    assert told
    email, password = told.split("  password: ")
    assert services.sign_ins.sign_in(email, password, at=datetime.now(UTC))
    assert people_count() > 200
    assert gathered() == people_count()
    assert stat.S_IMODE((tmp_path / "demo-sign-in.txt").stat().st_mode) == 0o600
    assert demo.fill_if_empty(tmp_path) == told


def test_a_first_start_that_was_interrupted_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as interrupted:
        interrupted.setattr(services.administrators, "create", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            demo.fill_if_empty(tmp_path)
    before = people_count()

    told = demo.fill_if_empty(tmp_path)

    assert told
    assert people_count() == before > 200


def test_nothing_is_put_beside_people_who_are_real(tmp_path: Path) -> None:
    factories.organization("acme")

    assert demo.fill_if_empty(tmp_path) is None
    assert [organization.slug for organization in services.organizations.search()] == ["acme"]
    assert not services.administrators.any_exist()


def test_a_sign_in_that_nobody_kept_is_not_made_again(tmp_path: Path) -> None:
    factories.administrator()

    assert demo.fill_if_empty(tmp_path) is None


def test_people_that_are_refused_are_a_mistake_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report(refused=[Refused(1, "ada", "Bad.")], kept=False)
    monkeypatch.setattr(services.imports, "users", lambda *_, **__: report)

    with pytest.raises(RuntimeError, match="Bad"):
        demo.fill_if_empty(tmp_path)
