"""The feed of changes: every event once, whoever commits late."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text

from roster import services
from roster.app import create_app
from roster.config import Settings
from roster.database import core_of, database, registry, transaction
from roster.errors import AppException
from roster.models import Event
from roster.repositories import core
from roster.repositories.core.history.events import Change
from tests import factories
from tests.factories import NOW
from tests.services.scenarios import from_elsewhere

WRITERS, SECONDS = 8, 4.0


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization().id


@pytest.fixture
def wide(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Roster with a connection for each of many."""
    wide = create_app(Settings(database_url=database_url, secret_key="x", pool_size=WRITERS + 2), tmp_path)
    with wide.app_context():
        engine = database.engine
    yield wide
    engine.dispose()


class Tide:
    """Counts the reader's rounds, so that a writer can stay open until the reader has looked past it."""

    def __init__(self) -> None:
        self.rounds, self.over, self.turned = 0, False, threading.Condition()

    def turn(self) -> None:
        with self.turned:
            self.rounds += 1
            self.turned.notify_all()

    def end(self) -> None:
        with self.turned:
            self.over = True
            self.turned.notify_all()

    def wait_for_a_look(self) -> None:
        with self.turned:
            begin = self.rounds
            self.turned.wait_for(lambda: self.over or self.rounds > begin + 1, timeout=2)


class Naive:
    """What others do: ask for ids above the highest that was seen."""

    def __init__(self) -> None:
        self.seen: list[UUID] = []

    def read(self, organization_id: UUID) -> None:
        statement = select(Event.id).where(Event.organization_id == organization_id).order_by(Event.id)
        if self.seen:
            statement = statement.where(Event.id > self.seen[-1])
        self.seen += registry().scalars(statement).all()
        registry.remove()


class Reader:
    """Follows the feed, in small pages, and keeps all that it was given."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, UUID]] = []
        self.after: str | None = None

    def read(self, organization_id: UUID) -> None:
        while True:
            rows, self.after = services.events.feed(organization_id, after=self.after, limit=20)
            self.seen += [(row.tx, row.id) for row in rows]
            registry.remove()
            if not rows:
                return


def _write(app: Flask, organization_id: UUID, tide: Tide, number: int) -> None:
    random, actor = Random(number), factories.actor(organization_id)  # noqa: S311 - a seeded test
    while not tide.over:
        changes = [Change("x", uuid4(), str(number), {}) for _ in range(random.randint(1, 4))]
        with app.app_context(), suppress(ZeroDivisionError), transaction(registry()) as session:
            core.events.record_all(core_of(session), actor, changes, at=NOW)
            chance = random.random()
            if chance < 0.2:
                tide.wait_for_a_look()  # committed late: others came after, and were read
            if 0.2 < chance < 0.3:
                raise ZeroDivisionError  # never committed at all


def test_a_reader_beside_eight_writers_sees_every_event_once_where_a_naive_one_loses_some(
    wide: Flask, engine: Engine, organization_id: UUID
) -> None:
    tide, reader, naive = Tide(), Reader(), Naive()
    end = time.monotonic() + SECONDS

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(_write, wide, organization_id, tide, number) for number in range(WRITERS)]
        try:
            while time.monotonic() < end:
                reader.read(organization_id)
                naive.read(organization_id)
                tide.turn()
        finally:
            tide.end()
        for writer in writing:
            writer.result(10)
    reader.read(organization_id)
    naive.read(organization_id)

    with engine.connect() as connection:
        written = set(connection.scalars(text("SELECT id FROM event")))
    assert len(written) > 200
    assert len(reader.seen) == len(set(reader.seen)), "twice"
    assert {key for _, key in reader.seen} == written, "missed"
    assert reader.seen == sorted(reader.seen), "not in the order in which it is told again"
    again = Reader()
    again.read(organization_id)
    assert again.seen == reader.seen
    assert set(naive.seen) < written, "the test would not have noticed"


def test_an_event_waits_until_nobody_can_come_before_it(app: Flask, organization_id: UUID) -> None:
    reader, barrier = Reader(), threading.Barrier(2)
    reader.read(organization_id)
    known = len(reader.seen)

    def stay_open() -> None:
        with app.app_context(), transaction(registry()) as session:
            change = [Change("early", uuid4(), "x", {})]
            core.events.record_all(core_of(session), factories.actor(organization_id), change, at=NOW)
            barrier.wait(5)  # it has its transaction's id
            barrier.wait(5)  # the other one was committed, and read

    with ThreadPoolExecutor(1) as pool:
        open_one = pool.submit(stay_open)
        barrier.wait(5)
        factories.user(organization_id, "late")
        reader.read(organization_id)
        seen_meanwhile = len(reader.seen) - known
        barrier.wait(5)
        open_one.result(5)
    reader.read(organization_id)

    assert seen_meanwhile == 0
    actions = [event.action for event in services.events.feed(organization_id)[0]][known:]
    assert actions == ["early", "user.created"]
    assert len(reader.seen) == known + 2


def test_another_organizations_events_are_never_told_not_even_after_their_place(organization_id: UUID) -> None:
    stranger = factories.organization().id
    factories.user(stranger, "ada")
    factories.user(organization_id, "bob")
    factories.user(stranger, "carol")
    places: list[str | None] = [None]
    for owner in (stranger, organization_id):
        after = None
        while (answer := services.events.feed(owner, after=after, limit=1))[0]:
            places.append(after := answer[1])

    for place in places:
        rows, _ = services.events.feed(organization_id, after=place)
        assert {row.organization_id for row in rows} <= {organization_id}


@pytest.mark.parametrize(
    "place", ["", "x", ".", "1.", "1", ".00", "-1.{}", "1e3.{}", "٣.{}", "1.{}0", "9" * 20 + ".{}"]
)
def test_a_place_that_no_feed_gave_out_is_refused(organization_id: UUID, place: str) -> None:
    with pytest.raises(AppException) as caught:
        services.events.feed(organization_id, after=place.format(uuid4().hex))

    assert caught.value.error.code == "invalid_cursor"


def test_after_a_move_to_another_server_nothing_is_missed_and_nothing_comes_twice(
    app: Flask, wide: Flask, organization_id: UUID
) -> None:
    for number in range(30):
        factories.user(organization_id, f"user-{number}")
    _scramble(organization_id)
    told = Reader()
    told.read(organization_id)
    places = [services.events.feed(organization_id, limit=count)[1] for count in range(1, len(told.seen) + 1)]
    stranger = factories.organization().id
    of_stranger = services.events.feed(stranger)[0]
    from_elsewhere(organization_id)
    factories.user(organization_id, "written-before")

    assert services.events.are_ahead(organization_id)
    while lacking := services.events.adopt(organization_id):
        for _ in range(lacking):
            services.events.count_on(organization_id)
    factories.user(organization_id, "written-after")

    again = Reader()
    again.read(organization_id)
    order = [key for _, key in told.seen]
    assert [key for _, key in again.seen][:-2] == order
    labels = [row.subject_label for row in services.events.feed(organization_id, limit=1000)[0]]
    assert labels[-2:] == ["written-before", "written-after"]
    for count, place in enumerate(places, 1):
        rows, _ = services.events.feed(organization_id, after=place, limit=1000)
        assert [row.id for row in rows][:-2] == order[count:]
    assert not services.events.are_ahead(organization_id)
    assert services.events.adopt(organization_id) == 0
    assert services.events.feed(stranger)[0] == of_stranger


def test_a_place_that_only_the_other_server_knew_is_refused_and_not_waited_for(organization_id: UUID) -> None:
    with pytest.raises(AppException) as caught:
        services.events.feed(organization_id, after=f"{10**18}.{uuid4().hex}")

    assert caught.value.error.code == "invalid_cursor"


def _scramble(organization_id: UUID) -> None:
    """Let events have been committed in another order than they were begun in, as concurrent writers do."""
    with transaction(registry()) as session:
        numbers = "(1 + abs(hashtext(id::text)) % 40)::text::xid8"
        core_of(session).execute(
            text(f"UPDATE event SET tx = {numbers} WHERE organization_id = :key"),  # noqa: S608 - our own words
            {"key": organization_id},
        )
