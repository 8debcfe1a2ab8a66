"""The schema's history. `alembic` runs env.py and versions/; others only ask where it stands."""

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory

DIRECTORY = Path(__file__).parent


@cache
def head() -> str | None:
    """Return the revision that this code was written for."""
    return ScriptDirectory(str(DIRECTORY)).get_current_head()
