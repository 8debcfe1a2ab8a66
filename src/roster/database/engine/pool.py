"""The pool: whoever waits for a connection waits no longer than their request may take."""

from typing import Any

import orjson
from sqlalchemy.pool import QueuePool

from roster.database.deadline import time_left


class DeadlinePool(QueuePool):
    """A QueuePool whose timeout shrinks to the time left."""

    _patience: float

    @property
    def _timeout(self) -> float:
        left = time_left()
        return self._patience if left is None else min(self._patience, left)

    @_timeout.setter
    def _timeout(self, seconds: float) -> None:
        self._patience = seconds

    def recreate(self) -> "DeadlinePool":
        """Return an empty pool like this one; the time that somebody has left just now is no part of it."""
        pool = super().recreate()
        assert isinstance(pool, DeadlinePool)  # noqa: S101 - QueuePool makes one of its own class
        pool._patience = self._patience
        return pool


def engine_options(**options: Any) -> dict[str, Any]:
    """Return options for `SQLALCHEMY_ENGINE_OPTIONS`: those given, over what every Roster pool has."""
    return {
        "poolclass": DeadlinePool,
        "pool_use_lifo": True,
        "use_native_hstore": False,  # it asks every new connection for types that nothing here uses
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
    } | options
