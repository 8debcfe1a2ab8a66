"""Several requests of identity providers at once: nobody's change is lost, and one name goes to one user."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from roster import services
from roster.errors import AppException
from tests.services.provisioning import Idp, members_of, op, values


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def idp() -> Idp:
    return Idp()


def at_once(app: Flask, *work: Callable[[], Any]) -> list[Any]:
    """Do all of it at once; return what each gave, or the code of its failure."""
    barrier = Barrier(len(work))

    def run(one: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait(10)
            try:
                return one()
            except AppException as error:
                return error.error.code

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def test_ten_patches_that_add_members_at_once_lose_nobody(app: Flask, idp: Idp) -> None:
    group = idp.group()
    users = [idp.user(f"u{number}").id for number in range(50)]
    shares = [users[number::10] for number in range(10)]

    at_once(
        app,
        *(lambda ids=ids: idp.patch_group(group.id, op("add", "members", values(*ids))) for ids in shares),
    )

    after = services.provisioning.groups.get(idp.organization_id, group.id)
    assert members_of(after) == set(map(str, users))
    assert after.member_version == group.member_version + 10


def test_members_who_are_added_and_taken_out_at_once_are_what_one_order_makes_of_it(app: Flask, idp: Idp) -> None:
    users = [idp.user(f"u{number}").id for number in range(6)]
    group = idp.group("staff", *users[:3])

    at_once(
        app,
        lambda: idp.put_group(group.id, "staff", *users[:1]),
        lambda: idp.put_group(group.id, "staff", *users[1:2]),
        lambda: idp.patch_group(group.id, op("add", "members", values(users[5]))),
        lambda: services.groups.add_members(
            idp.actor, group.id, services.groups.Members(users[5:]), at=group.created_at
        ),
    )

    after = members_of(services.provisioning.groups.get(idp.organization_id, group.id))
    assert after - {str(users[5])} in ({str(users[0])}, {str(users[1])})


def test_of_twelve_creates_of_one_name_in_every_case_one_succeeds(app: Flask, idp: Idp) -> None:
    names = [
        "".join(c.upper() if number >> place & 1 else c for place, c in enumerate("grace")) for number in range(12)
    ]

    outcomes = at_once(app, *(lambda name=name: idp.user(name).id for name in names))

    assert outcomes.count("user_name_taken") == 11
    [one] = [outcome for outcome in outcomes if outcome != "user_name_taken"]
    assert services.users.get(idp.organization_id, one).version == 1


def test_patches_of_different_attributes_of_one_user_lose_nothing(app: Flask, idp: Idp) -> None:
    user = idp.user()
    paths = ["title", "nickName", "name.givenName", "name.familyName", "name.middleName", "locale", "timezone"]

    at_once(app, *(lambda path=path: idp.patch_user(user.id, op("replace", path, path.upper())) for path in paths))

    after = services.users.get(idp.organization_id, user.id)
    assert (after.version, after.title, after.given_name, after.family_name) == (
        *(8, "TITLE", "NAME.GIVENNAME", "NAME.FAMILYNAME"),
    )
    assert after.profile == {
        "name": {"middleName": "NAME.MIDDLENAME"},
        "nickName": "NICKNAME",
        "locale": "LOCALE",
        "timezone": "TIMEZONE",
    }


def test_patches_that_add_addresses_to_one_user_at_once_lose_none(app: Flask, idp: Idp) -> None:
    user = idp.user(emails=[{"value": "0@x.test"}])
    more = [f"{number}@x.test" for number in range(1, 9)]

    at_once(app, *(lambda one=one: idp.patch_user(user.id, op("add", "emails", [{"value": one}])) for one in more))

    after = services.users.get(idp.organization_id, user.id)
    assert {email.value for email in after.emails} == {"0@x.test", *more}
    for address in more:
        assert [row.id for row in services.users.search(idp.organization_id, q=address).rows] == [user.id]


def test_of_two_who_hire_somebody_again_at_once_one_succeeds(app: Flask, idp: Idp) -> None:
    user = idp.user(externalId="1", active=False)

    outcomes = at_once(app, *[lambda: idp.user(externalId="1").id] * 2)

    assert sorted(map(str, outcomes)) == sorted([str(user.id), "external_id_taken"])


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that were sent."""
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_to_read_one_takes_one_statement(idp: Idp, statements: list[str]) -> None:
    user = idp.user()
    group = idp.group("staff", user.id)

    statements.clear()
    services.provisioning.users.get(idp.organization_id, user.id)
    services.provisioning.groups.get(idp.organization_id, group.id)

    assert len(statements) == 2


def test_five_thousand_members_take_as_many_statements_as_five(idp: Idp, statements: list[str]) -> None:
    people = [{"user_name": f"u{number}"} for number in range(5000)]
    lines = [services.imports.Line(number, values) for number, values in enumerate(people)]
    services.imports.users(idp.actor, lines, on_error="rollback", at=idp.group("other").created_at)
    users = [row.id for row in services.users.search(idp.organization_id, limit=5000).rows]
    counts = []

    for name, ids in (("few", users[:5]), ("many", users)):
        group = idp.group(name)
        for kind in ("add", "remove"):
            statements.clear()
            after = idp.patch_group(group.id, op(kind, "members", values(*ids)))
            counts.append(len(statements))
            assert len(after.members) == (len(ids) if kind == "add" else 0)

    assert counts[:2] == counts[2:]
    assert max(counts) <= 8
