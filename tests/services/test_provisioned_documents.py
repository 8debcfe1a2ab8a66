"""What PostgreSQL tells a provider of a user is what the values say in Python."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from roster import services
from roster.models.user import chosen_display_name
from roster.scim.attributes import ENTERPRISE_URN
from roster.scim.user_values import from_columns
from roster.services.provisioning import user_changes
from tests import factories
from tests.scim.directory import told
from tests.scim.test_user_values import FULL
from tests.services.provisioning import Idp, op

TEXTS = ["Zoë “the” \\ one", "李小龍", "a\u2028b", "😀", "</script>", "100 % {x} %(y)s :z", "'\"", "{}", "\\u0001"]
LONG = "a" * 250
CASES: list[dict[str, Any]] = [
    {},
    FULL,
    FULL | {"active": True, "displayName": "Ada Lovelace"},
    *({"name": {"givenName": text, "formatted": text}, "title": text, "nickName": text} for text in TEXTS),
    *({"displayName": text, "externalId": text, ENTERPRISE_URN: {"division": text}} for text in TEXTS),
    {"name": {"givenName": LONG, "familyName": "bcde\N{IDEOGRAPHIC SPACE}f"}},
    {"name": {"givenName": LONG, "familyName": "bcd\N{NO-BREAK SPACE}ef"}, "displayName": LONG + " bcd"},
    {"name": {"givenName": "Ada"}, "displayName": "Ada"},
    {"displayName": "ada", "addresses": [{"formatted": "1\n2", "primary": False}], "roles": [{"value": "a"}]},
    {
        "emails": [
            {"value": "a@x"},
            {"value": "b@x", "primary": False, "display": ""},
            {"value": "c@x", "primary": True},
        ]
    },
    {ENTERPRISE_URN: {"manager": {"value": 'CN="boss"'}}},
    {ENTERPRISE_URN: {"department": "Engines"}},
]


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def idp() -> Idp:
    return Idp()


def shown(idp: Idp, user_id: UUID) -> dict[str, Any]:
    return told(services.provisioning.users.get(idp.organization_id, user_id))


def said(idp: Idp, user_id: UUID) -> dict[str, Any]:
    columns = user_changes.state(services.users.get(idp.organization_id, user_id))
    return from_columns({"id": user_id, **columns}, display_name=chosen_display_name(columns))


@pytest.mark.parametrize("case", CASES)
def test_a_document_is_what_the_values_say(idp: Idp, case: dict[str, Any]) -> None:
    user_id = idp.user(**{name: value for name, value in case.items() if name != "userName"}).id

    for operations in ([], [op("remove", "active")], [op("replace", "name.givenName", "Grace")]):
        if operations:
            idp.patch_user(user_id, *operations)
        document = shown(idp, user_id)
        meta = document.pop("meta")

        assert document == said(idp, user_id)
        assert (meta["resourceType"], meta["location"]) == ("User", f"here/Users/{user_id}")


def test_a_manager_who_is_here_is_told_with_address_and_name(idp: Idp) -> None:
    ada, bob = idp.user("ada", displayName="Countess"), idp.user("bob")
    of_ada, of_bob = (
        idp.user(f"of {boss.user_name}", **{ENTERPRISE_URN: {"manager": {"value": str(boss.id).upper()}}}).id
        for boss in (ada, bob)
    )

    one, other = (shown(idp, key)[ENTERPRISE_URN]["manager"] for key in (of_ada, of_bob))
    idp.delete_user(ada.id)

    assert one == {"value": str(ada.id).upper(), "$ref": f"here/Users/{ada.id}", "displayName": "Countess"}
    assert other == {"value": str(bob.id).upper(), "$ref": f"here/Users/{bob.id}"}
    assert shown(idp, of_ada)[ENTERPRISE_URN]["manager"] == {"value": str(ada.id).upper()}


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00Z"),
        (datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC), "2026-03-01T12:00:00.000001Z"),
        (datetime(1999, 12, 31, 23, 59, 59, 120000, tzinfo=UTC), "1999-12-31T23:59:59.120000Z"),
    ],
)
def test_times_are_told_in_utc(idp: Idp, moment: datetime, text: str) -> None:
    user = services.users.create(factories.actor(idp.organization_id), {"user_name": "ada"}, at=moment)

    meta = shown(idp, user.id)["meta"]

    assert (meta["created"], meta["lastModified"], meta["version"]) == (text, text, 'W/"1"')
