"""Exports: everybody, in a stream."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row

from roster.database import core_of, database, registry, transactional
from roster.repositories import core

LONG_NUMBER = re.compile(r"\d{19}")
"""A number of more than 64 bits, which PostgreSQL writes in full; see `core.user_documents`."""


def users(organization_id: UUID) -> Iterator[Row[Any]]:
    """Give every live user, by user name, as they all were at one moment. Memory stays flat.

    A stream outlives its request, so it reads through a session of its own. It can't be repeated: what was given is
    out. A failure ends it, and the reader sees that it was cut.
    """
    with database.own_session() as session:
        yield from core.users.stream(core_of(session), organization_id)


def documents(organization_id: UUID) -> Iterator[bytes]:
    """Give the JSON of every live user, a line each, many at a time; else as `users`.

    It can't be repeated: what was given is out.
    """
    with database.own_session() as session:
        for rows in core.user_documents.stream(core_of(session), organization_id):
            text = "\n".join([row.json for row in rows])
            yield (f"{text}\n" if LONG_NUMBER.search(text) is None else _rewritten(rows)).encode()


def table(organization_id: UUID) -> Iterator[Sequence[Any]]:
    """Give everybody as a table, as they all were at one moment.

    First comes nothing, so that a failure to begin is told at once; then the names of all attributes; then rows of
    user_name, email, given_name, family_name, display_name, title, department, external_id, active and attributes
    (JSON), many at a time. It can't be repeated: what was given is out.
    """
    with database.own_session() as session:
        connection = session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        rows = core.user_documents.table(connection, organization_id)
        yield ()
        yield core.user_documents.attribute_names(connection, organization_id)
        yield from rows


def _rewritten(rows: Sequence[Row[Any]]) -> str:
    """The same, with numbers as we write them."""
    return "".join(f"{orjson.dumps(orjson.loads(row.json)).decode()}\n" for row in rows)


@transactional
def attribute_names(organization_id: UUID) -> Sequence[str]:
    """Return the names of all attributes that live users have, sorted. Writes nothing."""
    return core.users.attribute_names(core_of(registry()), organization_id)
