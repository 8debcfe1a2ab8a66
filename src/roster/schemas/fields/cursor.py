"""Cursors on the wire."""

from typing import Any

from marshmallow import fields, validate


class Cursor(fields.String):
    """Where a page begins: the `next` of the one before. Only the list that made it can tell whether it is good."""

    def __init__(self, pattern: str = "^[A-Za-z0-9_-]+$", longest: int = 4000, **options: Any) -> None:
        metadata = {"pattern": pattern, "minLength": 1, "description": "The `next` of a page of this list."}
        super().__init__(
            load_default=None, validate=validate.Length(max=longest), metadata=metadata | options.pop("metadata", {})
        )
