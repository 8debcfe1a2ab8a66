"""What a filter means, said once more in plain Python: on a resource as JSON, value by value (RFC 7644 §3.4.2.2).

A filter is a tuple: ("and" | "or", left, right), ("not", inner), ("pr", path), ("values", name, inner), or
(operator, path, value). `text` writes it down.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from roster.normal_form import name_key
from roster.scim.attributes import ENTERPRISE_URN

Resource = Mapping[str, Any]
EXACT = {"id", "externalId", "meta.version", "meta.resourceType"}
MOMENTS = {"meta.created", "meta.lastModified"}
MANY = {"emails", "phoneNumbers", "groups", "members", "schemas"}
OPERATORS = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "co": lambda one, other: other in one,
    "sw": lambda one, other: one.startswith(other),
    "ew": lambda one, other: one.endswith(other),
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
}


def holds(found: tuple[Any, ...], resource: Resource) -> bool:
    match found:
        case ("and", left, right):
            return holds(left, resource) and holds(right, resource)
        case ("or", left, right):
            return holds(left, resource) or holds(right, resource)
        case ("not", inner):
            return not holds(inner, resource)
        case ("values", name, inner):
            return any(holds(inner, item) for item in listed(resource, name))
        case ("pr", path):
            return any(has_value(value) for value in values(resource, path))
        case (operator, path, value):
            return compared(operator, path, value, resource)
    raise AssertionError(found)


def compared(operator: str, path: str, wanted: Any, resource: Resource) -> bool:
    if wanted is None:
        return holds(("pr", path), resource) is (operator == "ne")
    whole = path if split(path)[0] not in MANY or "." in path or path == "schemas" else f"{path}.value"
    found = values(resource, whole)
    if not found:
        return operator == "ne"
    return any(one(operator, whole, value, wanted) for value in found)


def one(operator: str, path: str, value: Any, wanted: Any) -> bool:
    if path.split(".")[-1] == "primary":
        value = bool(value)
    if value is None:
        return operator == "ne"
    if path in MOMENTS:
        return OPERATORS[operator](datetime.fromisoformat(value), datetime.fromisoformat(wanted))
    if isinstance(value, str) and path not in EXACT:
        value, wanted = name_key(value), name_key(wanted)
    return OPERATORS[operator](value, wanted)


def values(resource: Resource, path: str) -> list[Any]:
    """Every value of the path; None for one that is not there in an object that is."""
    name, sub = split(path)
    if name in MANY:
        return [item if sub is None else item.get(sub) for item in listed(resource, name)]
    inside, key = (resource.get(ENTERPRISE_URN, {}), name.rsplit(":", 1)[1]) if ":" in name else (resource, name)
    value = inside.get(key)
    return [(value or {}).get(sub) if sub else value]


def listed(resource: Resource, name: str) -> list[Any]:
    return list(resource.get(name) or [])


def has_value(value: Any) -> bool:
    return value is not None and value not in ("", [], {})


def split(path: str) -> tuple[str, str | None]:
    schema, colon, rest = path.rpartition(":")
    name, _, sub = rest.partition(".")
    return f"{schema}{colon}{name}", sub or None


def sort_key(value: Any) -> Any:
    """Where a value comes in an ascending list: what is missing, last."""
    return (value is None, name_key(value) if isinstance(value, str) else value)


def text(found: tuple[Any, ...]) -> str:
    match found:
        case ("and" | "or" as word, left, right):
            return f"({text(left)} {word} {text(right)})"
        case ("not", inner):
            return f"not ({text(inner)})"
        case ("values", name, inner):
            return f"{name}[{text(inner)}]"
        case ("pr", path):
            return f"{path} pr"
        case (operator, path, value):
            return f"{path} {operator} {json.dumps(value)}"
    raise AssertionError(found)
