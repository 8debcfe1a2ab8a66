from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_a_created_user_can_be_read() -> None:
    organization = factories.organization()

    created = factories.user(
        organization.id,
        "ada",
        given_name="Ada",
        family_name="Lovelace",
        emails=[{"value": "ada@example.test", "primary": True}],
    )

    user = services.users.get(organization.id, created.id)
    assert (user.user_name, user.display_name, user.email, user.version) == (
        "ada",
        "Ada Lovelace",
        "ada@example.test",
        1,
    )


def test_a_taken_user_name_is_a_conflict_without_regard_to_case() -> None:
    organization = factories.organization()
    factories.user(organization.id, "Straße")

    with pytest.raises(AppException, match="user name") as caught:
        factories.user(organization.id, "STRASSE")

    assert caught.value.error.code == "user_name_taken"


def test_a_change_counts_the_version_and_follows_names() -> None:
    organization = factories.organization()
    user = factories.user(organization.id, "ada", given_name="Ada")

    changed = services.users.change(
        factories.actor(organization.id), user.id, {"family_name": "King", "emails": [{"value": "a@b.test"}]}, at=LATER
    )

    assert (changed.display_name, changed.version, changed.email, changed.updated_at) == (
        "Ada King",
        2,
        "a@b.test",
        LATER,
    )
    history = services.users.history(organization.id, user.id)
    assert [event.action for event in history] == ["user.changed", "user.created"]
    assert history[0].changes["family_name"] == [None, "King"]


def test_life_and_death() -> None:
    organization = factories.organization()
    user = factories.user(organization.id, "ada")
    actor = factories.actor(organization.id)

    assert services.users.suspend(actor, user.id, at=LATER).active is False
    assert services.users.activate(actor, user.id, at=LATER).active is True
    services.users.remove(actor, user.id, at=LATER)
    with pytest.raises(AppException, match="No such user"):
        services.users.get(organization.id, user.id)
    other = factories.user(organization.id, "ADA")
    with pytest.raises(AppException, match="user name"):
        services.users.restore(actor, user.id, at=LATER)
    back = services.users.restore(actor, user.id, at=LATER, user_name="ada2")
    assert (back.user_name, back.deleted_at) == ("ada2", None)
    page = services.users.search(organization.id, q="AD")
    assert {row.id for row in page.rows} == {other.id, back.id}


def test_a_walk_sees_everybody_once() -> None:
    organization = factories.organization()
    ids = {factories.user(organization.id, f"user{number}").id for number in range(25)}

    for sort in ("user_name", "-user_name", "created_at", "-updated_at", "display_name"):
        seen, after = [], None
        while True:
            page = services.users.search(organization.id, sort=sort, limit=4, after=after)
            seen += [row.id for row in page.rows]
            if (after := page.next) is None:
                break
        assert len(seen) == 25
        assert set(seen) == ids


def test_another_organizations_user_is_not_found() -> None:
    mine, other = factories.organization(), factories.organization()
    user = factories.user(other.id)

    with pytest.raises(AppException, match="No such user"):
        services.users.get(mine.id, user.id)
    with pytest.raises(AppException, match="No such user"):
        services.users.get(mine.id, uuid4())
