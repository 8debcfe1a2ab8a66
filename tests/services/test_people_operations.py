"""Two people who are one, and somebody who leaves today: one operation each, and the way back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine
from uuid_utils.compat import uuid7

from roster import services
from roster.errors import PROVIDER_OWNS_USER, SAME_USER, STALE_VERSION, USER_NOT_FOUND, AppException, ErrorCode
from roster.services.operations.bulk import Scope
from roster.services.operations.outcome import Summary
from tests import factories
from tests.factories import NOW
from tests.services.provisioning import Idp
from tests.services.test_operations import Directory

LATER = NOW + timedelta(minutes=5)
GROUPS = services.operations.groups
MERGE, OFFBOARD = services.operations.merging.merge, services.operations.offboarding.offboard


@pytest.fixture
def directory(app: Flask, engine: Engine) -> Iterator[Directory]:
    with app.app_context():
        yield Directory(engine)


@pytest.fixture
def twins(directory: Directory) -> tuple[UUID, UUID]:
    ada = factories.user(directory.id, "ada", given_name="Ada", email="ada@example.test", attributes={"a": "1"})
    twin = factories.user(
        directory.id,
        "a.lovelace",
        family_name="Lovelace",
        external_id="007",
        emails=[{"value": "ADA@example.test", "primary": True}, {"value": "home@example.test", "type": "home"}],
        attributes={"a": "2", "b": "3"},
    )
    directory.group("Pilots", ada.id)
    directory.group("Crew", twin.id)
    directory.group("Both", ada.id, twin.id)
    return ada.id, twin.id


def merge(directory: Directory, twins: tuple[UUID, UUID], **options: Any) -> Summary:
    choices = options.pop("choices", {})
    return MERGE(directory.actor(), *twins, choices, at=LATER, **options)


def refused(directory: Directory, twins: tuple[UUID, UUID], **options: Any) -> ErrorCode:
    with pytest.raises(AppException) as caught:
        merge(directory, twins, **options)
    return caught.value.error


def test_the_survivor_has_what_was_chosen_and_the_groups_of_both(
    directory: Directory, twins: tuple[UUID, UUID]
) -> None:
    merge(directory, twins, choices={"user_name": "theirs", "attributes": "both"})

    ada, gone = (services.users.get_with_deleted(directory.id, key) for key in twins)
    assert (ada.user_name, ada.given_name, ada.family_name, ada.external_id) == ("a.lovelace", "Ada", "Lovelace", "007")
    assert [email.value for email in ada.emails] == ["ada@example.test", "home@example.test"]
    assert ada.attributes == {"a": "1", "b": "3"}
    assert gone.deleted_at == LATER
    assert [group.display_name for group in services.groups.of_user(directory.id, ada.id)] == ["Both", "Crew", "Pilots"]
    assert services.users.count(directory.id, q="lovelace") == 1


def test_the_history_of_each_names_the_other(directory: Directory, twins: tuple[UUID, UUID]) -> None:
    merge(directory, twins)

    stays, goes = (services.users.history(directory.id, key) for key in twins)
    assert next(e for e in stays if e.action == "user.changed").changes["merged"] == [None, "a.lovelace"]
    assert next(e for e in goes if e.action == "user.deleted").changes == {"merged_into": [None, "ada"]}


@pytest.mark.parametrize(
    "choices", [{}, dict.fromkeys(services.operations.merging.FIELDS, "theirs"), {"emails": "both"}]
)
def test_a_merge_is_undone_exactly(directory: Directory, twins: tuple[UUID, UUID], choices: dict[str, str]) -> None:
    before = directory.state()

    merged = merge(directory, twins, choices=choices)
    undone = directory.undo(merged.id)

    assert (undone.skipped, directory.state()) == (0, before)


def test_a_merge_of_one_with_themselves_or_with_nobody_is_refused(
    directory: Directory, twins: tuple[UUID, UUID]
) -> None:
    stranger = factories.user(factories.organization().id, "stranger").id

    assert refused(directory, (twins[0], twins[0])) is SAME_USER
    assert refused(directory, (twins[0], stranger)) is USER_NOT_FOUND


def test_a_merge_of_two_who_were_changed_meanwhile_is_refused(directory: Directory, twins: tuple[UUID, UUID]) -> None:
    assert refused(directory, twins, versions=(1, 9)) is STALE_VERSION


def test_whom_a_provider_looks_after_is_merged_only_when_that_is_meant(directory: Directory) -> None:
    idp = Idp(directory.id)
    theirs = UUID(str(idp.user("grace", externalId="1").id))
    mine = factories.user(directory.id, "hopper").id

    assert refused(directory, (mine, theirs)) is PROVIDER_OWNS_USER
    merge(directory, (mine, theirs), despite_provider=True)

    ada = services.users.get(directory.id, mine)
    assert (ada.external_id, ada.identity_provider_id) == ("1", idp.provider.id)


def test_a_merge_that_was_sent_twice_is_done_once(directory: Directory, twins: tuple[UUID, UUID]) -> None:
    actor = replace(factories.actor(directory.id), operation_id=uuid7())

    first = MERGE(actor, *twins, {}, at=LATER)
    second = MERGE(actor, *twins, {}, at=LATER)

    assert first == second


def test_who_leaves_today_is_suspended_out_of_all_groups_and_can_come_back(directory: Directory) -> None:
    ada, bob = directory.people("ada", "bob")
    for name in ("Pilots", "Crew"):
        directory.group(name, ada, bob)
    before = directory.state()

    done = OFFBOARD(directory.actor(), ada, at=LATER, reason="Left")

    assert done.done == 3
    assert not services.users.get(directory.id, ada).active
    assert services.groups.of_user(directory.id, ada) == []
    assert len(services.groups.of_user(directory.id, bob)) == 2

    directory.undo(done.id)

    assert directory.state() == before


def test_who_leaves_may_keep_their_groups(directory: Directory) -> None:
    ada = directory.people("ada")[0]
    directory.group("Pilots", ada)

    OFFBOARD(directory.actor(), ada, at=LATER, leave_groups=False)

    assert len(services.groups.of_user(directory.id, ada)) == 1


def test_a_group_that_somebody_changed_since_is_left_as_it_is(directory: Directory) -> None:
    ada = directory.people("ada")[0]
    pilots, crew = directory.group("Pilots", ada), directory.group("Crew", ada)
    done = OFFBOARD(directory.actor(), ada, at=LATER)
    other = replace(factories.actor(directory.id), label="otto@example.test")
    services.groups.add_members(other, pilots, services.groups.Members([ada]), at=LATER)
    services.groups.remove(other, crew, at=LATER)

    undone = directory.undo(done.id)

    assert (undone.done, undone.skipped) == (1, 2)
    rows = services.operations.log.left_out(directory.id, undone.id)
    assert {(row.reason, row.by) for row in rows} == {("changed_since", "otto@example.test"), ("group_deleted", None)}


def test_nobody_offboards_who_is_not_there(directory: Directory) -> None:
    gone = directory.people("gone")[0]
    services.users.remove(factories.actor(directory.id), gone, at=NOW)

    for key in (gone, uuid7()):
        with pytest.raises(AppException) as caught:
            OFFBOARD(directory.actor(), key, at=LATER)
        assert caught.value.error is USER_NOT_FOUND


@pytest.mark.parametrize("kind", ["groups.delete", "groups.restore"])
def test_many_groups_go_or_come_back_and_that_is_undone_exactly(directory: Directory, kind: str) -> None:
    ada = directory.people("ada")[0]
    ids = [directory.group(name, ada) for name in ("Pilots", "Crew", "Gone")]
    services.groups.remove(factories.actor(directory.id), ids[2], at=NOW)
    before = directory.state()

    done = GROUPS.run(
        directory.actor(),
        kind,
        Scope(search={"status": "live"} if "delete" in kind else {"status": "deleted"}),
        at=LATER,
    )
    undone = directory.undo(done.id)

    assert done.done == undone.done == (2 if kind == "groups.delete" else 1)
    if kind == "groups.delete":
        assert directory.state() == before
    assert services.groups.get_with_deleted(directory.id, ids[2]).deleted_at is not None


def test_a_group_that_somebody_restored_since_stays(directory: Directory) -> None:
    pilots, crew = directory.group("Pilots"), directory.group("Crew")
    done = GROUPS.run(directory.actor(), "groups.delete", Scope((pilots, crew)), at=LATER)
    other = replace(factories.actor(directory.id), label="otto@example.test")
    services.groups.restore(other, pilots, at=LATER)
    services.groups.remove(other, pilots, at=LATER)

    undone = directory.undo(done.id)

    assert directory.left_out(undone) == [(pilots, "skipped", "changed_since", "otto@example.test")]
    assert services.groups.get(directory.id, crew)
