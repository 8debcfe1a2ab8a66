"""What lies between a Session and PostgreSQL: the pool, its connections, and those who listen in."""

from roster.database.engine.driver import Connection
from roster.database.engine.listeners import listen
from roster.database.engine.pool import engine_options
from roster.database.engine.waiting import while_waiting

__all__ = ["Connection", "engine_options", "listen", "while_waiting"]
