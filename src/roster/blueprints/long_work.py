"""Work that is known to take longer than a request may: a file of many people, or the way back from one."""

from flask import current_app

from roster.database import postpone

PATIENCE = 12
"""How many times as long as any other request: 64 MB in two minutes."""


def take_time() -> None:
    """Let the request go on for so long from now; what it has asked of the database so far was answered in time."""
    postpone(current_app.config["ROSTER_REQUEST_TIMEOUT"] * PATIENCE)
