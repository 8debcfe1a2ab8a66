"""One operation of a PATCH request: what it is for, with a value that was checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roster.errors import INVALID_VALUE, MUTABILITY, AppException
from roster.scim.target import Target
from roster.scim.values import checked, refuse, several, single


@dataclass(frozen=True, slots=True)
class Operation:
    """`add`, `replace` or `remove`, of what, and with which value; None clears.

    A remove has a value only in dialect: the list of those that go. `tolerant` lets a filter that finds nothing make
    what it describes.
    """

    op: str
    target: Target
    value: Any = None
    tolerant: bool = False


def single_operations(op: str, target: Target, given: Mapping[str, Any], *, strict: bool) -> list[Operation]:
    """Return an operation with its value checked; one on a complex attribute becomes one for each sub-attribute given.

    So what is not given stays as it is (RFC 7644 §3.5.2.3), and what is given as null is cleared.

    Raises:
        AppException: INVALID_VALUE, also for an add or a replace that has no value, and a remove that has one (strict).
    """
    if op == "remove":
        return [Operation(op, target, _removed(target, given, strict=strict), not strict)]
    if "value" not in given:
        raise AppException(INVALID_VALUE, f"To {op} {target.name} needs a value.", fields={"value": ["Required."]})
    value = given["value"]
    if _has_parts(target) and value is not None:
        return _of_parts(op, target, value, strict=strict)
    return [Operation(op, target, _checked(op, target, value), not strict)]


def _checked(op: str, target: Target, value: Any) -> Any:
    if target.attribute.mutability == "readOnly":
        return value
    if target.sub is not None or not target.attribute.multi_valued:
        return checked(target.last, value, target.name)
    if target.filter is not None:
        return single(target.attribute, value, target.name)
    items = [value] if op == "add" and value is not None and not isinstance(value, list) else value
    return checked(target.attribute, items, target.name)


def _removed(target: Target, given: Mapping[str, Any], *, strict: bool) -> Any:
    if (value := given.get("value")) is None:
        return None
    if strict:
        refuse(target.name, "is removed by its path alone: a remove takes no value.")
    return several(target.attribute, value, target.name) or []


def _has_parts(target: Target) -> bool:
    attribute = target.attribute
    alone = target.sub is None and target.filter is None and not attribute.multi_valued
    return alone and attribute.type == "complex" and attribute.mutability != "readOnly"


def _of_parts(op: str, target: Target, value: Any, *, strict: bool) -> list[Operation]:
    if not isinstance(value, dict):
        refuse(target.name, "must be an object.")
    operations = []
    for name, part in value.items():
        if (sub := target.attribute.sub(name)) is None:
            refuse(f"{target.name}.{name}", "is not in the schema.")
        if sub.mutability != "readOnly":
            part_of = Target(target.attribute, target.extension, sub)
            operations.append(Operation(op, part_of, checked(sub, part, part_of.name), not strict))
    return operations


def demand_writable(target: Target) -> None:
    """Refuse to change what only the server writes.

    Raises:
        AppException: MUTABILITY (RFC 7644 §3.12).
    """
    if "readOnly" in {target.attribute.mutability, target.last.mutability}:
        raise AppException(MUTABILITY, f"{target.name} can't be changed.", fields={target.name: ["Read-only."]})
