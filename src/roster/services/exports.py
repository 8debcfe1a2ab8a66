"""Exports: everybody, in a stream."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson

from roster.database import database
from roster.repositories import core

LONG_NUMBER = b"0" * 19
"""A number of more than 64 bits, which PostgreSQL writes in full (`core.user_documents`), with zeros for its digits."""
ZEROS = bytes.maketrans(b"123456789", b"000000000")


def documents(organization_id: UUID) -> Iterator[bytes]:
    """Give the JSON of every live user, a line each, many at a time, by user name, as they all were at one moment.

    Memory stays flat. A stream outlives its request, so it reads through a session of its own. It can't be repeated:
    what was given is out. A failure ends it, and the reader sees that it was cut.
    """
    with database.own_session() as session:
        connection = session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        for text in core.user_documents.stream(connection, organization_id):
            lines = f"{text}\n".encode()
            yield lines if LONG_NUMBER not in lines.translate(ZEROS) else _rewritten(lines)


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


def _rewritten(lines: bytes) -> bytes:
    """The same, with numbers as we write them; no line is broken by what is in it, for JSON escapes that."""
    return b"".join(orjson.dumps(orjson.loads(line)) + b"\n" for line in lines.splitlines())
