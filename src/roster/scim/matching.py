"""Filters on values in memory: which values of an attribute a PATCH path chooses (RFC 7644 §3.4.2.2)."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from roster.errors import INVALID_FILTER, AppException
from roster.normal_form import name_key
from roster.scim.attributes import Attribute
from roster.scim.grammar import And, Comparison, Filter, Not, Or, Present

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda has, wanted: has == wanted,
    "ne": lambda has, wanted: has != wanted,
    "co": lambda has, wanted: wanted in has,
    "sw": lambda has, wanted: has.startswith(wanted),
    "ew": lambda has, wanted: has.endswith(wanted),
    "gt": lambda has, wanted: has > wanted,
    "ge": lambda has, wanted: has >= wanted,
    "lt": lambda has, wanted: has < wanted,
    "le": lambda has, wanted: has <= wanted,
}


def matches(condition: Filter, value: Mapping[str, Any], attribute: Attribute | None = None) -> bool:
    """Tell whether one of an attribute's values meets a condition whose names were resolved (`resolve_values`).

    Texts compare in any case unless the attribute says otherwise. What has no value is not equal to any, and what is
    not said to be primary is not; the same as in SQL.

    Raises:
        AppException: INVALID_FILTER, when there are brackets between the brackets.
    """
    match condition:
        case And(left, right):
            return matches(left, value, attribute) and matches(right, value, attribute)
        case Or(left, right):
            return matches(left, value, attribute) or matches(right, value, attribute)
        case Not(inner):
            return not matches(inner, value, attribute)
        case Present(path):
            return value.get(path.name) not in (None, "")
        case Comparison(path, operator, wanted):
            sub = attribute.sub(path.name) if attribute else None
            return _compare(operator, value.get(path.name), wanted, exact=sub is not None and sub.case_exact)
    raise AppException(INVALID_FILTER, "Brackets can't stand between brackets.")


def _compare(operator: str, has: Any, wanted: Any, *, exact: bool) -> bool:
    if has is None and isinstance(wanted, bool):
        has = False
    if type(has) is not type(wanted):
        return operator == "ne"
    if isinstance(has, str):
        form = _composed if exact else name_key
        has, wanted = form(has), form(wanted)
    return _OPERATORS[operator](has, wanted)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
