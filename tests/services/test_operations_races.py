"""Operations that meet each other: nothing is lost, nothing is done twice, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from uuid_utils.compat import uuid7

from roster import services
from roster.errors import OPERATION_UNDONE, AppException
from roster.models import Actor
from roster.services.groups import Members
from roster.services.operations.bulk import Scope
from tests import factories
from tests.factories import NOW


def at_once(app: Flask, *calls: Callable[[], Any]) -> list[Any]:
    """What each call returns, or the name of what it refuses, when all begin at the same moment."""
    barrier = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait(10)
            try:
                return call()
            except AppException as error:
                return error.error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def operator(organization_id: UUID) -> Actor:
    return replace(factories.actor(organization_id), operation_id=uuid7())


@pytest.fixture
def crew(app: Flask) -> tuple[UUID, tuple[UUID, ...], UUID]:
    with app.app_context():
        key = factories.organization().id
        ids = tuple(factories.user(key, f"crew{number}").id for number in range(60))
        group_id = services.groups.create(factories.actor(key), {"display_name": "Pilots"}, at=NOW).id
        services.groups.add_members(factories.actor(key), group_id, Members(ids[:30]), at=NOW)
    return key, ids, group_id


def test_of_two_who_undo_the_same_one_does(app: Flask, crew: tuple[UUID, tuple[UUID, ...], UUID]) -> None:
    key, ids, _ = crew
    with app.app_context():
        done = services.operations.bulk.run(operator(key), "suspend", Scope(ids), at=NOW)

    def undo() -> Any:
        return services.operations.undo.undo(operator(key), done.id, at=NOW).done

    found = at_once(app, undo, undo)

    assert sorted(map(str, found)) == sorted(map(str, [60, OPERATION_UNDONE]))


def test_of_two_of_the_same_form_one_is_done(app: Flask, crew: tuple[UUID, tuple[UUID, ...], UUID]) -> None:
    key, ids, _ = crew
    actor = operator(key)

    def delete() -> Any:
        return services.operations.bulk.run(actor, "delete", Scope(ids), at=NOW)

    first, second = at_once(app, delete, delete)

    assert first == second
    assert first.done == 60


def test_those_who_do_different_things_to_the_same_people_all_end(
    app: Flask, crew: tuple[UUID, tuple[UUID, ...], UUID]
) -> None:
    key, ids, group_id = crew

    def bulk(kind: str, some: tuple[UUID, ...], **options: Any) -> Callable[[], Any]:
        return lambda: services.operations.bulk.run(operator(key), kind, Scope(some), at=NOW, **options)

    found = at_once(
        app,
        bulk("suspend", ids),
        bulk("delete", tuple(reversed(ids[:40]))),
        bulk("add", ids, group_id=group_id),
        lambda: services.operations.offboarding.offboard(operator(key), ids[59], at=NOW),
        lambda: services.groups.add_members(factories.actor(key), group_id, Members([ids[58]]), at=NOW),
    )

    assert [getattr(one, "done", one) is not None for one in found] == [True] * 5
    with app.app_context():
        assert services.users.count(key, status="deleted") == 40
        assert services.users.count(key, status="suspended") == 20


def test_who_changes_somebody_while_they_are_undone_is_not_overrun(
    app: Flask, crew: tuple[UUID, tuple[UUID, ...], UUID]
) -> None:
    key, ids, _ = crew
    with app.app_context():
        done = services.operations.bulk.run(operator(key), "suspend", Scope(ids), at=NOW)

    at_once(
        app,
        lambda: services.operations.undo.undo(operator(key), done.id, at=NOW),
        lambda: services.users.change(factories.actor(key), ids[30], {"title": "Captain"}, at=NOW),
        lambda: services.users.remove(factories.actor(key), ids[31], at=NOW),
    )

    with app.app_context():
        assert services.users.get(key, ids[30]).title == "Captain"
        assert services.users.get_with_deleted(key, ids[31]).deleted_at is not None
        assert services.users.count(key, status="suspended") == 0
