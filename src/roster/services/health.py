"""Is Roster ready to serve?"""

from roster.database import core_of, registry
from roster.repositories import core


def migration() -> str | None:
    """Return the revision that the database's schema is at; None before the first. Asks once: a probe comes again."""
    return core.health.migration(core_of(registry()))
