"""Values in dialect: how clients write one that RFC 7643 wants otherwise. Each function knows one habit."""

from typing import Any

from roster.scim.attributes import Attribute
from roster.scim.values import has_content

NOTHING: tuple[Any, ...] = (None, "", [], {})
TRUTH = {"true": True, "false": False}


def understood(attribute: Attribute, value: Any) -> Any:
    """Return the value as the schema wants it; None when there is none. What is not understood stays as it is."""
    if not attribute.multi_valued:
        return understood_single(attribute, value)
    items = [understood_single(attribute, item) for item in listed(value)]
    return [item for item in items if attribute.name == "members" or not _is_idle(attribute, item)]


def understood_single(attribute: Attribute, value: Any) -> Any:
    """Return one value as the schema wants it; None when there is none."""
    one = unwrapped(attribute, only_of_list(value))
    if one in NOTHING:
        return None
    if attribute.type == "boolean":
        return boolean_of_text(one)
    if attribute.type == "complex":
        return value_of_reference(attribute, known_parts(attribute, object_of_text(attribute, one)))
    return one


def listed(value: Any) -> list[Any]:
    """A single value where several may be is a list of it; nothing is an empty one."""
    if isinstance(value, list):
        return value
    return [] if value in NOTHING else [value]


def only_of_list(value: Any) -> Any:
    """A list of one where one value should be is that one: `"manager": [{"value": "…"}]`."""
    if isinstance(value, list) and len(value) < 2:
        return value[0] if value else None
    return value


def unwrapped(attribute: Attribute, value: Any) -> Any:
    """An object with nothing but a value, where a plain one should be, is it: `"active": [{"value": "False"}]`."""
    if attribute.type != "complex" and isinstance(value, dict) and [name.lower() for name in value] == ["value"]:
        return next(iter(value.values()))
    return value


def boolean_of_text(value: Any) -> Any:
    """`"True"` and `"False"` in any case are what they say."""
    return TRUTH.get(value.strip().lower(), value) if isinstance(value, str) else value


def object_of_text(attribute: Attribute, value: Any) -> Any:
    """A text where an object with a value should be is its value: `"emails": ["a@b.example"]`, `"manager": "…"`."""
    return {"value": value} if isinstance(value, str) and attribute.sub("value") else value


def known_parts(attribute: Attribute, value: Any) -> Any:
    """Sub-attributes that no schema has, and those that only we write, are passed over; the rest get their names."""
    if not isinstance(value, dict):
        return value
    parts = ((attribute.sub(name), part) for name, part in value.items())
    return {sub.name: understood(sub, part) for sub, part in parts if sub and sub.mutability != "readOnly"}


def value_of_reference(attribute: Attribute, value: Any) -> Any:
    """An object with a `$ref` alone means the resource at that address: its last part is the id."""
    if not isinstance(value, dict) or value.get("value") not in NOTHING or not attribute.sub("$ref"):
        return value
    reference = value.get("$ref")
    return {**value, "value": reference.rstrip("/").rpartition("/")[2]} if isinstance(reference, str) else value


def _is_idle(attribute: Attribute, item: Any) -> bool:
    """Tell whether a value has nothing in it but labels, as `{"type": "work", "value": ""}`: it says there is none."""
    if not isinstance(item, dict):
        return item in NOTHING
    return not has_content(attribute, {name: part for name, part in item.items() if part not in NOTHING})
