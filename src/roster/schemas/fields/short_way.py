"""The short way into a schema, for what is good as it was sent: nearly all is."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, missing
from typing_extensions import override

NOT_SO = object()
"""What `as_it_is` returns where somebody has to look closer, and to say what is wrong."""


class ShortWay(Schema):
    """A schema that asks its fields first whether each value is good as it stands; if one is not, all go the long way.

    A field that can tell sooner than by `deserialize` has a method `as_it_is`, which returns what is kept of a value,
    or NOT_SO. Both ways come to the same.
    """

    @override
    def _deserialize(self, data: Any, *, error_store: Any, many: bool = False, partial: Any = None, **how: Any) -> Any:
        kept = NOT_SO if many or partial else self.as_it_is(data)
        if kept is NOT_SO:
            return super()._deserialize(data, error_store=error_store, many=many, partial=partial, **how)
        return kept

    def as_it_is(self, data: Any) -> Any:
        """Return what is kept of an object in which everything is good as it stands; else NOT_SO."""
        if type(data) is not dict:
            return NOT_SO
        kept, given = {}, 0
        for name, field in self.load_fields.items():
            value = data.get(name, missing)
            if value is not missing:
                given += 1
                value = field.as_it_is(value) if hasattr(field, "as_it_is") else _deserialized(field, value)
            elif field.required:
                return NOT_SO
            else:
                value = field.load_default
            if value is NOT_SO:
                return NOT_SO
            if value is not missing:
                kept[name] = value
        return kept if given == len(data) else NOT_SO


def _deserialized(field: fields.Field[Any], value: Any) -> Any:
    try:
        return field.deserialize(value)
    except ValidationError:
        return NOT_SO
