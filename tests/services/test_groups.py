from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from roster.models import Group
from roster.services.groups import Members
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def organization_id() -> UUID:
    return factories.organization().id


def group(organization_id: UUID, name: str) -> Group:
    return services.groups.create(factories.actor(organization_id), {"display_name": name}, at=NOW)


def put(organization_id: UUID, into: UUID, *, users: tuple[UUID, ...] = (), groups: tuple[UUID, ...] = ()) -> int:
    return services.groups.add_members(factories.actor(organization_id), into, Members(users, groups), at=NOW)


def test_a_name_is_taken_without_regard_to_case_and_free_after_a_deletion(organization_id: UUID) -> None:
    first = group(organization_id, "Engineers")

    with pytest.raises(AppException, match="name"):
        group(organization_id, "ENGINEERS")
    services.groups.remove(factories.actor(organization_id), first.id, at=LATER)
    second = group(organization_id, "ENGINEERS")

    with pytest.raises(AppException, match="name"):
        services.groups.restore(factories.actor(organization_id), first.id, at=LATER)
    back = services.groups.restore(factories.actor(organization_id), first.id, at=LATER, display_name="Old engineers")
    assert {row.id for row in services.groups.search(organization_id).rows} == {second.id, back.id}


def test_members_are_added_once_and_taken_out_once(organization_id: UUID) -> None:
    into, ada, grace = (
        group(organization_id, "g"),
        factories.user(organization_id),
        factories.user(organization_id, "grace"),
    )

    assert put(organization_id, into.id, users=(ada.id, grace.id, ada.id)) == 2
    assert put(organization_id, into.id, users=(ada.id,)) == 0
    out = Members([ada.id, uuid4()])
    assert services.groups.remove_members(factories.actor(organization_id), into.id, out, at=LATER) == 1

    assert [row.user_name for row in services.groups.members(organization_id, into.id)] == ["grace"]
    assert services.groups.member_count(organization_id, into.id) == 1
    told = [(event.action, event.object_label) for event in services.events.of_subject(organization_id, ada.id)]
    assert told == [("group.member_removed", "ada"), ("group.member_added", "ada"), ("user.created", None)]


def test_nobody_is_added_where_one_of_them_is_missing(organization_id: UUID) -> None:
    into, ada = group(organization_id, "g"), factories.user(organization_id)
    stranger = factories.user(factories.organization().id)

    with pytest.raises(AppException) as caught:
        put(organization_id, into.id, users=(ada.id, stranger.id))

    assert caught.value.fields == {"users": [f"There is no user {stranger.id}."]}
    assert services.groups.members(organization_id, into.id) == []


def test_a_user_is_in_the_groups_above_their_own(organization_id: UUID) -> None:
    everybody, staff, team = (group(organization_id, name) for name in ("everybody", "staff", "team"))
    ada = factories.user(organization_id)
    put(organization_id, everybody.id, groups=(staff.id,))
    put(organization_id, staff.id, groups=(team.id,))
    put(organization_id, team.id, users=(ada.id,))

    rows = services.groups.of_user(organization_id, ada.id)

    assert [(row.display_name, row.direct) for row in rows] == [("everybody", False), ("staff", False), ("team", True)]
    services.groups.remove(factories.actor(organization_id), staff.id, at=LATER)
    assert [row.display_name for row in services.groups.of_user(organization_id, ada.id)] == ["team"]


def test_a_circle_is_refused_even_by_way_of_a_deleted_group(organization_id: UUID) -> None:
    top, middle, low = (group(organization_id, name) for name in ("top", "middle", "low"))
    put(organization_id, top.id, groups=(middle.id,))
    put(organization_id, middle.id, groups=(low.id,))

    for child in (top.id, low.id):
        with pytest.raises(AppException, match="inside itself"):
            put(organization_id, low.id, groups=(child,))
    services.groups.remove(factories.actor(organization_id), middle.id, at=LATER)
    with pytest.raises(AppException, match="inside itself"):
        put(organization_id, low.id, groups=(top.id,))


def test_two_writers_cannot_make_a_circle_together(app: Flask, organization_id: UUID) -> None:
    pairs = [(group(organization_id, f"a{n}").id, group(organization_id, f"b{n}").id) for n in range(20)]
    barrier = Barrier(2)

    def nest(turned: bool) -> list[bool]:
        done = []
        for pair in pairs:
            parent, child = reversed(pair) if turned else pair
            with app.app_context():
                barrier.wait()
                try:
                    done.append(bool(put(organization_id, parent, groups=(child,))))
                except AppException:
                    done.append(False)
        return done

    with ThreadPoolExecutor(2) as pool:
        straight, turned = pool.map(nest, [False, True])

    assert all(one != other for one, other in zip(straight, turned, strict=True))


def test_a_thousand_concurrent_changes_of_one_group_lose_nobody(app: Flask, organization_id: UUID) -> None:
    into = group(organization_id, "g").id
    users = [factories.user(organization_id, f"u{n}").id for n in range(40)]
    shares = [users[n::4] for n in range(4)]  # each writer has its own users, so that the outcome is known

    def write(number: int) -> set[UUID]:
        random, inside = Random(number), set[UUID]()  # noqa: S311 - a seeded test
        for _ in range(250):
            some = random.sample(shares[number], 3)
            with app.app_context():
                if random.random() < 0.5:
                    put(organization_id, into, users=tuple(some))
                    inside |= set(some)
                else:
                    actor = factories.actor(organization_id)
                    services.groups.remove_members(actor, into, Members(some), at=LATER)
                    inside -= set(some)
        return inside

    with ThreadPoolExecutor(4) as pool:
        oracle = set[UUID]().union(*pool.map(write, range(4)))

    assert {row.id for row in services.groups.members(organization_id, into, limit=100)} == oracle


def test_memberships_survive_deletion_and_restore_on_both_sides(organization_id: UUID) -> None:
    into, ada, actor = group(organization_id, "g"), factories.user(organization_id), factories.actor(organization_id)
    put(organization_id, into.id, users=(ada.id,))

    services.users.remove(actor, ada.id, at=LATER)
    assert services.groups.members(organization_id, into.id) == []
    services.users.restore(actor, ada.id, at=LATER)
    services.groups.remove(actor, into.id, at=LATER)
    assert services.groups.of_user(organization_id, ada.id) == []
    services.groups.restore(actor, into.id, at=LATER)

    assert [row.id for row in services.groups.members(organization_id, into.id)] == [ada.id]
    assert [row.id for row in services.groups.of_user(organization_id, ada.id)] == [into.id]


def test_the_feed_gives_every_event_once(organization_id: UUID) -> None:
    for number in range(7):
        factories.user(organization_id, f"u{number}")
    other = factories.organization().id
    factories.user(other)

    seen, after = [], None
    while True:
        rows, after = services.events.feed(organization_id, after=after, limit=3)
        if not rows:
            break
        seen += rows

    assert [row.action for row in seen] == ["organization.created"] + ["user.created"] * 7
    assert services.events.feed(organization_id, after=after) == ([], after)
    with pytest.raises(AppException, match="cursor"):
        services.events.feed(organization_id, after="nonsense")
