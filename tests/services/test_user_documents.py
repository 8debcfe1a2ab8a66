"""Documents that PostgreSQL makes say the same as the schema that describes them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask

from roster import services
from roster.schemas.users import User, as_json
from tests import factories

TEXTS = ["Ada", "Zoë “the” \\ one", "李小龍", "a\u2028b", "😀", "</script>", "100 % {x} %(y)s"]
MOMENTS = [
    datetime(2026, 3, 1, 12, 0, 0, 0, UTC),
    datetime(2026, 3, 1, 12, 0, 0, 1, UTC),
    datetime(2026, 12, 31, 23, 59, 59, 120000, UTC),
    datetime(1999, 1, 1, tzinfo=UTC) - timedelta(microseconds=1),
]
ATTRIBUTES: list[dict[str, Any]] = [
    {},
    {"a": [1, 2.5, None, True, {"b": {}}], "ä": "ö"},
    {"whole": [2**63 - 1, -(2**63)], "tiny": 5e-324, "half": 0.5},
    {"long text": "12345678901234567890"},
]
EMAILS: list[list[dict[str, Any]]] = [
    [],
    [{"value": "a@x", "primary": False}, {"value": "b@x", "primary": True, "type": "work"}],
    [{"value": "a@x", "primary": True, "display": "Ada, the first", "type": None}],
]
CASES = [
    {"given_name": text, "title": text, "attributes": attributes, "emails": emails, "at": at}
    for text, at in zip(TEXTS, [*MOMENTS, *MOMENTS], strict=False)
    for attributes in ATTRIBUTES
    for emails in EMAILS
]


def made(organization_id: UUID, case: dict[str, Any]) -> UUID:
    values = {name: value for name, value in case.items() if name != "at"}
    return services.users.create(factories.actor(organization_id), {"user_name": "ada", **values}, at=case["at"]).id


@pytest.mark.parametrize("case", CASES[::5])
def test_a_document_is_what_the_schema_describes(app: Flask, case: dict[str, Any]) -> None:
    with app.app_context():
        organization_id = factories.organization().id
        user_id = made(organization_id, case)

        document = services.users.document(organization_id, user_id)
        [listed] = services.users.documents(organization_id).rows
        kept = services.users.get(organization_id, user_id)
        described = User().dump(kept)

    assert as_json(kept) == orjson.dumps(described)
    assert document.version == described["version"]
    assert orjson.loads(document.json) == described
    assert list(orjson.loads(document.json)) == list(described)
    assert (listed.id, listed.json) == (str(user_id), document.json)


def test_what_was_made_is_told_as_it_is_read_again(app: Flask) -> None:
    with app.app_context():
        organization_id = factories.organization().id
        made = factories.user(organization_id, "ada", given_name="Ada", email="a@x", attributes={"a": 1})
        changed = services.users.change(
            factories.actor(organization_id), made.id, {"title": "Dr", "email": "b@x"}, at=MOMENTS[1]
        )

        for told in (made, changed):
            assert as_json(told) == orjson.dumps(User().dump(told))
        assert as_json(changed) == as_json(services.users.get(organization_id, made.id))
        assert (changed.version, changed.email) == (2, "b@x")


def test_a_page_of_documents_has_the_users_that_a_search_finds(app: Flask) -> None:
    with app.app_context():
        organization_id = factories.organization().id
        for name in ("ada", "adele", "bob_1", "50%"):
            factories.user(organization_id, name)

        for q in ("", "ad", "1", "50%", "ada bob", "\\"):
            for sort in ("user_name", "-created_at"):
                found = services.users.search(organization_id, q=q, sort=sort, limit=2)
                told = services.users.documents(organization_id, q=q, sort=sort, limit=2)

                assert [row.id for row in told.rows] == [str(row.id) for row in found.rows]
                assert told.next == found.next
