"""Exports: everybody, in a stream."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster.database import core_of, database, registry, transactional
from roster.repositories import core


def users(organization_id: UUID) -> Iterator[Row[Any]]:
    """Give every live user, by user name, as they all were at one moment. Memory stays flat.

    A stream outlives its request, so it reads through a session of its own. It can't be repeated: what was given is
    out. A failure ends it, and the reader sees that it was cut.
    """
    with database.own_session() as session:
        yield from core.users.stream(core_of(session), organization_id)


@transactional
def attribute_names(organization_id: UUID) -> Sequence[str]:
    """Return the names of all attributes that live users have, sorted. Writes nothing."""
    return core.users.attribute_names(core_of(registry()), organization_id)
