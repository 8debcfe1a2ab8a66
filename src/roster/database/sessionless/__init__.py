"""Work without a session: a connection to read with, a transaction of Core alone, and what must be so for either."""

from roster.database.sessionless.demanding import Unmet, demanding
from roster.database.sessionless.reading import reading
from roster.database.sessionless.writing import writing

__all__ = ["Unmet", "demanding", "reading", "writing"]
