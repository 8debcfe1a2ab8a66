"""A restore and a purge that meet: one of them is first, and nothing is lost between them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from tests import factories
from tests.factories import NOW

LATE = NOW + timedelta(days=31)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def both(app: Flask, *work: Any) -> list[Any]:
    """Do both at once; return what each gave, or the code of its failure."""
    barrier = Barrier(len(work))

    def run(one: Any) -> Any:
        with app.app_context():
            barrier.wait(5)
            try:
                return one()
            except AppException as error:
                return error.error.code

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def test_a_user_who_was_told_to_be_back_is_back(app: Flask) -> None:
    organization_id = factories.organization().id
    actor = factories.actor(organization_id)
    for number in range(20):
        key = factories.user(organization_id, f"u{number}").id
        services.users.remove(actor, key, at=NOW)

        restored, purged = both(
            app,
            lambda key=key: services.users.restore(actor, key, at=LATE).id,
            lambda: services.purge.batch(actor, at=LATE),
        )

        is_there = services.users.count(organization_id) == number + 1 - _gone(organization_id)
        assert is_there
        assert (restored == "user_not_found") == (purged == 1)


def _gone(organization_id: Any) -> int:
    return len(services.events.search(organization_id, services.events.Search(action="user.purged"), limit=100))


def test_an_organization_that_was_told_to_be_back_is_whole(app: Flask) -> None:
    for _ in range(10):
        organization_id = factories.organization().id
        actor = factories.actor(organization_id)
        factories.user(organization_id)
        services.organizations.remove(actor, at=NOW)

        restored, purged = both(
            app,
            lambda actor=actor: services.organizations.restore(actor, at=LATE).id,
            lambda key=organization_id: services.purge.organization(key, at=LATE),
        )

        if purged is True:
            assert restored == "organization_not_found"
        else:
            assert restored == organization_id
            assert services.users.count(organization_id) == 1
