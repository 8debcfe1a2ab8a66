"""Values of attributes, checked against their schema: what comes out is what may be kept (RFC 7643 §2.3)."""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn

from roster.errors import INVALID_VALUE, AppException
from roster.scim.attributes import Attribute
from roster.scim.texts import bounded

MOST_VALUES = 100
"""Values that an attribute of a user may have; a group has as many members as it needs."""
UNBOUNDED = frozenset({"members", "schemas"})
LABELS = frozenset({"type", "primary"})
INTEGERS = range(-(2**63), 2**63)


def checked(attribute: Attribute, value: Any, where: str) -> Any:
    """Return an attribute's value under canonical names, None when it is unassigned.

    `null`, an empty list, an empty text and an object without any value mean unassigned (RFC 7643 §2.5). Read-only
    sub-attributes are left out (RFC 7644 §3.5.1). `where` names the place in faults, as a path.

    Raises:
        AppException: INVALID_VALUE.
    """
    if value is None:
        return None
    return several(attribute, value, where) if attribute.multi_valued else single(attribute, value, where)


def several(attribute: Attribute, value: Any, where: str) -> list[Any] | None:
    """Return the values of a multi-valued attribute, each of them once; None when there is none.

    Raises:
        AppException: INVALID_VALUE, also when more than one is the primary one (RFC 7643 §2.4).
    """
    if not isinstance(value, list):
        refuse(where, "must be a list.")
    bound(attribute, value, where)
    found = distinct(attribute, [_member(attribute, item, f"{where}[{index}]") for index, item in enumerate(value)])
    if sum(is_primary(item) for item in found) > 1:
        refuse(where, "must have one primary value at most.")
    return found or None


def bound(attribute: Attribute, items: list[Any], where: str) -> None:
    """Refuse more values than an attribute may have.

    Raises:
        AppException: INVALID_VALUE.
    """
    if len(items) > MOST_VALUES and attribute.name not in UNBOUNDED:
        refuse(where, f"must have {MOST_VALUES} values at most.")


def single(attribute: Attribute, value: Any, where: str) -> Any:
    """Return one value, whether or not the attribute may have several; None when it is unassigned.

    Raises:
        AppException: INVALID_VALUE.
    """
    return None if value is None else _READERS[attribute.type](attribute, value, where)


def has_content(attribute: Attribute, item: Any) -> bool:
    """Tell whether one of several values has anything in it but labels: its `value`, where the schema has one."""
    if not isinstance(item, dict):
        return item is not None
    return "value" in item if attribute.sub("value") else any(name not in LABELS for name in item)


def distinct(attribute: Attribute, items: list[Any]) -> list[Any]:
    """Return the values without those that came before: each pair of type and value once (RFC 7643 §2.4)."""
    kept: dict[Any, Any] = {}
    for item in items:
        kept.setdefault(identity(attribute, item), item)
    return list(kept.values())


def identity(attribute: Attribute, item: Any) -> Any:
    """Return what makes two values of a multi-valued attribute the same: its value and type, else all it has."""
    if not isinstance(item, dict):
        return item
    if attribute.name == "members":
        return item.get("value")
    if attribute.sub("value") is not None and "value" in item:
        return item["value"], item.get("type")
    return frozenset((name, value) for name, value in item.items() if name != "primary")


def is_primary(item: Any) -> bool:
    """Tell whether this is the primary one of several values."""
    return isinstance(item, dict) and item.get("primary") is True


def refuse(where: str, fault: str) -> NoReturn:
    """Say what is wrong with a value.

    Raises:
        AppException: INVALID_VALUE, always.
    """
    where = where[:200]
    raise AppException(INVALID_VALUE, f"{where} {fault}", fields={where: [fault[0].upper() + fault[1:]]})


def _member(attribute: Attribute, item: Any, where: str) -> Any:
    if not has_content(attribute, found := single(attribute, item, where)):
        refuse(where, "must have a value.")
    return found


def _text(attribute: Attribute, value: Any, where: str) -> str | None:
    if not isinstance(value, str):
        refuse(where, "must be a string.")
    return bounded(attribute, value, where) or None


def _boolean(_attribute: Attribute, value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        refuse(where, "must be true or false.")
    return value


def _number(attribute: Attribute, value: Any, where: str) -> int | float | Decimal:
    kinds = (int,) if attribute.type == "integer" else (int, float, Decimal)
    if isinstance(value, bool) or not isinstance(value, kinds) or (isinstance(value, int) and value not in INTEGERS):
        refuse(where, f"must be a number of type {attribute.type}.")
    return value


_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def _moment(_attribute: Attribute, value: Any, where: str) -> str:
    try:
        if isinstance(value, str) and _DATE_TIME.fullmatch(value):
            datetime.fromisoformat(value)
            return value
    except ValueError:
        pass
    refuse(where, "must be a time, like 2026-03-01T12:00:00Z.")


def _binary(attribute: Attribute, value: Any, where: str) -> str | None:
    text = _text(attribute, value, where)
    try:
        base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        refuse(where, "must be in base64.")
    return text


def _complex(attribute: Attribute, value: Any, where: str) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        refuse(where, "must be an object.")
    found = {}
    for name, part in value.items():
        if (sub := attribute.sub(name)) is None:
            refuse(f"{where}.{name}", "is not in the schema.")
        if sub.mutability != "readOnly" and (kept := checked(sub, part, f"{where}.{sub.name}")) is not None:
            found[sub.name] = kept
    return found or None


_READERS: dict[str, Callable[[Attribute, Any, str], Any]] = {
    "string": _text,
    "reference": _text,
    "binary": _binary,
    "boolean": _boolean,
    "decimal": _number,
    "integer": _number,
    "dateTime": _moment,
    "complex": _complex,
}
