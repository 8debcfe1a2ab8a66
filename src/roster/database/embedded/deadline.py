"""The seconds left: what has to wait, waits no longer than the whole may take."""

import time

from roster.database.embedded.failure import EmbeddedError


class Deadline:
    """The seconds that a whole operation may take, however many waits it is made of."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends_at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, never less than none."""
        return max(0.0, self._ends_at - time.monotonic())

    def pause(self, awaited: str) -> None:
        """Let a moment pass. Raises EmbeddedError, naming what was awaited, when the time is up."""
        if not self.left():
            raise EmbeddedError(f"{awaited} took more than {self._seconds:g} seconds.")
        time.sleep(0.02)
