"""Attributes: any JSON object, bounded, with text as clean as everywhere."""

from typing import Any

import orjson
from marshmallow import ValidationError, fields
from typing_extensions import override

from roster.schemas.fields.short_way import NOT_SO
from roster.schemas.fields.text import FILLED, LONG, clean

LARGEST = 65_536
"""Bytes of one user's attributes as JSON."""
DEEPEST = 10
INTEGERS = range(-(2**63), 2**63)
"""What every reader of JSON that has 64-bit integers can hold."""
NAMES = {"minLength": 1, "maxLength": 255, "pattern": FILLED}
VALUE = {
    "description": f"Any JSON: {DEEPEST} levels deep and {LARGEST} bytes at most, integers of 64 bits.",
    "type": ["null", "boolean", "number", "string", "array", "object"],
    "pattern": LONG,
    "items": {"$ref": "#/components/schemas/AttributeValue"},
    "propertyNames": NAMES,
    "additionalProperties": {"$ref": "#/components/schemas/AttributeValue"},
}
ATTRIBUTES = {"propertyNames": NAMES, "additionalProperties": {"$ref": "#/components/schemas/AttributeValue"}}
"""How they are described."""


class Attributes(fields.Dict):
    """A JSON object of whatever an organization wants to keep of its users."""

    def __init__(self, **options: Any) -> None:
        super().__init__(keys=fields.String(), **options)

    def as_it_is(self, value: Any) -> Any:
        """Return the attributes, cleaned; NOT_SO where they are not good."""
        try:
            return self._deserialize(value, None, None)
        except ValidationError:
            return NOT_SO

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        cleaned: dict[str, Any] = _cleaned(value, DEEPEST)
        if len(orjson.dumps(cleaned)) > LARGEST:
            raise ValidationError(f"Longer than {LARGEST} bytes.")
        return cleaned


def _cleaned(value: Any, deepest: int) -> Any:
    if deepest == 0:
        raise ValidationError(f"Nested deeper than {DEEPEST} levels.")
    if isinstance(value, str):
        return clean(value, long=True)
    if isinstance(value, list):
        return [_cleaned(item, deepest - 1) for item in value]
    if isinstance(value, dict):
        cleaned = {_name(name): _cleaned(item, deepest - 1) for name, item in value.items()}
        if len(cleaned) != len(value):
            raise ValidationError("Two names are the same one.")
        return cleaned
    if _is_too_large(value):
        raise ValidationError("A number is too large.")
    return value


def _name(name: str) -> str:
    if not (cleaned := clean(name)) or len(cleaned) > 255:
        raise ValidationError("A name must have between 1 and 255 characters.")
    return cleaned


def _is_too_large(value: Any) -> bool:
    if isinstance(value, float):
        return value in {float("inf"), float("-inf")}
    return isinstance(value, int) and value not in INTEGERS
