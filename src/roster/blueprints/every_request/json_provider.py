"""JSON in and out: orjson for writing, a strict reader for what strangers send."""

from typing import Any

import orjson
from flask.json.provider import JSONProvider

from roster.schemas.reader import read_json


class OrjsonProvider(JSONProvider):
    """Flask's JSON, by orjson; bodies are read as `schemas.reader` reads them."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Return the object as JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Return what a client sent.

        Raises:
            AppException: MALFORMED_REQUEST.
        """
        return read_json(s.encode() if isinstance(s, str) else s)
