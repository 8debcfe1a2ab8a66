"""Is Roster ready to serve?"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from roster import migrations
from roster.database import core_of, registry, transactional
from roster.repositories import core


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision that the database is at, and the one that this code was written for."""

    found: str | None
    expected: str | None

    @property
    def current(self) -> bool:
        """Whether they are the same."""
        return self.found == self.expected


@transactional
def schema() -> Schema:
    """Return where the database's schema stands. Writes nothing."""
    return Schema(core.health.migration(core_of(registry())), migrations.head())


@transactional
def server() -> Row[Any]:
    """Return version, max_connections, in_recovery and encoding of the server. Writes nothing."""
    return core.health.server(core_of(registry()))
