"""The recycle bin: what is restored is as it was; what is purged is gone, and nothing else."""

import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from roster import services
from roster.cli import purge
from roster.database import core_of, registry, transaction
from roster.errors import AppException
from roster.repositories import core
from roster.services.groups import Members
from tests import factories
from tests.cli.conftest import ROSTER, Run, environment, roster
from tests.factories import NOW

__all__ = ["environment", "roster"]

LATER, LATE = NOW + timedelta(days=1), NOW + timedelta(days=31)
EMAILS = [{"value": "ada@x.test", "type": "work", "primary": True}, {"value": "a@home.test", "type": None}]


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization("acme").id


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f'SELECT count(*) FROM "{table}"')) or 0)  # noqa: S608 - our own tables


def new_group(organization_id: UUID, name: str) -> UUID:
    return services.groups.create(factories.actor(organization_id), {"display_name": name}, at=NOW).id


def test_restore_brings_back_id_addresses_attributes_and_memberships(organization_id: UUID) -> None:
    actor, staff = factories.actor(organization_id), new_group(organization_id, "staff")
    values = {"emails": EMAILS, "attributes": {"badge": 7}, "title": "Dr", "external_id": "x-1"}
    ada = factories.user(organization_id, "ada", **values).id
    services.groups.add_members(actor, staff, Members([ada]), at=NOW)

    services.users.remove(actor, ada, at=NOW)
    services.users.restore(actor, ada, at=LATER)

    user = services.users.get(organization_id, ada)
    assert [(email.value, email.type, email.primary) for email in user.emails] == [
        ("ada@x.test", "work", True),
        ("a@home.test", None, False),
    ]
    assert (user.attributes, user.title, user.external_id, user.deleted_at) == ({"badge": 7}, "Dr", "x-1", None)
    assert [row.id for row in services.groups.of_user(organization_id, ada)] == [staff]


def test_a_restore_that_can_not_be_leaves_nothing_half_done(organization_id: UUID, engine: Engine) -> None:
    actor, ada = factories.actor(organization_id), factories.user(organization_id, "ada").id
    services.users.remove(actor, ada, at=NOW)
    factories.user(organization_id, "ADA")
    before = count(engine, "event")

    with pytest.raises(AppException) as caught:
        services.users.restore(actor, ada, at=LATER)

    assert caught.value.error.code == "user_name_taken"
    assert services.users.get_with_deleted(organization_id, ada).deleted_at == NOW
    assert count(engine, "event") == before
    assert services.users.restore(actor, ada, at=LATER, user_name="ada2").id == ada


def test_a_purge_takes_addresses_memberships_nesting_and_managers_and_no_more(
    organization_id: UUID, engine: Engine
) -> None:
    actor = factories.actor(organization_id)
    ada, bob, eve = (factories.user(organization_id, n, email=f"{n}@x.test").id for n in ("ada", "bob", "eve"))
    staff, team, old = (new_group(organization_id, name) for name in ("staff", "team", "old"))
    services.groups.add_members(actor, staff, Members([ada, bob], [team, old]), at=NOW)
    services.groups.add_members(actor, old, Members([eve]), at=NOW)
    with transaction(registry()) as session:
        user = core.user_writes.by_id_for_update(core_of(session), organization_id, bob)
        was = user.columns()
        user.give({"manager_id": ada}, at=NOW)
        core.user_writes.change_untold(core_of(session), user, was)
    services.users.remove(actor, ada, at=NOW)
    services.groups.remove(actor, old, at=NOW)
    services.users.remove(actor, eve, at=LATER + timedelta(days=20))

    assert services.purge.batch(actor, at=LATE) == 2

    assert services.users.get(organization_id, bob).manager_id is None
    assert {row.id for row in services.groups.members(organization_id, staff)} == {bob, team}
    assert {table: count(engine, table) for table in ("user", "user_email", "membership", "nesting", "group")} == {
        **{"user": 2, "user_email": 2, "membership": 1, "nesting": 1, "group": 2}
    }
    assert services.users.get_with_deleted(organization_id, eve), "its time has not come"
    assert services.purge.batch(actor, at=LATE) == 0


def test_more_than_a_batch_goes_in_batches(organization_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = factories.actor(organization_id)
    for number in range(5):
        services.users.remove(actor, factories.user(organization_id, f"u{number}").id, at=NOW)
    monkeypatch.setattr(services.purge, "BATCH", 2)

    assert [services.purge.batch(actor, at=LATE) for _ in range(4)] == [2, 2, 1, 0]


def test_who_is_restored_just_now_is_not_purged(app: Flask, organization_id: UUID) -> None:
    actor, ada = factories.actor(organization_id), factories.user(organization_id, "ada").id
    services.users.remove(actor, ada, at=NOW)
    barrier = Barrier(2)

    def restore() -> None:
        with app.app_context(), transaction(registry()) as session:
            user = core.user_writes.by_id_with_deleted_for_update(core_of(session), organization_id, ada)
            was = user.columns()
            user.give({"deleted_at": None, "purge_after": None}, at=LATE)
            core.user_writes.change_untold(core_of(session), user, was)
            barrier.wait(5)
            barrier.wait(5)

    with ThreadPoolExecutor(1) as pool:
        restoring = pool.submit(restore)
        barrier.wait(5)
        purged = services.purge.batch(actor, at=LATE)
        barrier.wait(5)
        restoring.result(5)

    assert purged == 0
    assert services.users.get(organization_id, ada).id == ada


def test_the_command_says_how_many(organization_id: UUID, roster: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = factories.actor(organization_id)
    services.users.remove(actor, factories.user(organization_id).id, at=NOW)
    services.groups.remove(actor, new_group(organization_id, "old"), at=NOW)
    services.organizations.remove(factories.actor(factories.organization().id), at=NOW)
    monkeypatch.setattr(purge, "now", lambda: LATE)

    told = [roster("purge").output for _ in range(2)]

    assert told == ["2 users and groups, 1 organizations purged.\n", "0 users and groups, 0 organizations purged.\n"]
    events = services.events.search(organization_id, services.events.Search(action="user.purged"))
    assert [(event.actor_kind, event.door) for event in events] == [("command", "command")]


def test_the_worker_purges_until_it_is_told_to_end(
    organization_id: UUID, database_url: str, environment: dict[str, str]
) -> None:
    actor, ada = factories.actor(organization_id), factories.user(organization_id).id
    services.users.remove(actor, ada, at=datetime.now(UTC) - timedelta(days=31))
    registry.remove()
    variables = environment | {"DATABASE_URL": database_url, "SECRET_KEY": "x"}

    with subprocess.Popen(  # noqa: S603 - our own script
        [str(ROSTER), "worker", "--every", "3600"], env=variables, stderr=subprocess.PIPE, text=True, cwd=os.getcwd()
    ) as worker:
        assert worker.stderr
        line = next(line for line in worker.stderr if "purged" in line)
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(30)

    assert code == 0
    assert '"people": 1' in line
    with pytest.raises(AppException, match="No such user"):
        services.users.get_with_deleted(organization_id, ada)
