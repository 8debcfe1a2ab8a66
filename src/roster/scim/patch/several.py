"""An operation on an attribute that has several values."""

from collections.abc import Sequence
from typing import Any

from roster.errors import NO_TARGET, AppException
from roster.scim.grammar import And, Comparison, Filter
from roster.scim.matching import matches
from roster.scim.patch.operations import Operation
from roster.scim.values import identity, is_primary, single


def changed(items: Sequence[Any], operation: Operation) -> list[Any]:
    """Return the values after the operation; those given stay as they are.

    Raises:
        AppException: NO_TARGET, when a filter finds none and does not say what to make instead.
    """
    if operation.target.filter is None and operation.target.sub is None:
        return _as_a_whole(items, operation)
    chosen = [index for index, item in enumerate(items) if _is_chosen(item, operation)]
    if not chosen and (operation.op != "remove" and operation.value is not None):
        return _with_primary([*items, _made(operation)], [len(items)])
    if not chosen and not operation.tolerant:
        raise _nothing_found(operation)
    if operation.op == "remove" or operation.value is None:
        return _without(items, chosen, operation)
    new = [_written(item, operation) if index in chosen else item for index, item in enumerate(items)]
    return _with_primary(new, chosen)


def _as_a_whole(items: Sequence[Any], operation: Operation) -> list[Any]:
    if operation.op == "add":
        return _added(items, operation)
    if operation.op == "replace":
        return list(operation.value or [])
    gone = operation.value
    return [] if gone is None else [item for item in items if not any(_is_same(item, each) for each in gone)]


def _is_same(item: Any, described: Any) -> bool:
    """Tell whether a value has everything that the description has."""
    return described.items() <= item.items() if isinstance(item, dict) else bool(item == described)


def _added(items: Sequence[Any], operation: Operation) -> list[Any]:
    """Append what is new; what is there already is told more of, so that adding it again changes nothing."""
    attribute = operation.target.attribute
    merged = list(items)
    places = {identity(attribute, item): index for index, item in enumerate(merged)}
    touched = []
    for value in operation.value or []:
        place = places.setdefault(identity(attribute, value), len(merged))
        if place == len(merged):
            merged.append(value)
        else:
            merged[place] = _united(merged[place], value)
        touched.append(place)
    return _with_primary(merged, touched)


def _united(item: Any, value: Any) -> Any:
    return {**item, **value} if isinstance(item, dict) else item


def _is_chosen(item: Any, operation: Operation) -> bool:
    condition, attribute = operation.target.filter, operation.target.attribute
    return condition is None or matches(condition, item, attribute)


def _without(items: Sequence[Any], chosen: Sequence[int], operation: Operation) -> list[Any]:
    if (sub := operation.target.sub) is None:
        return [item for index, item in enumerate(items) if index not in chosen]
    return [_lacking(item, sub.name) if index in chosen else item for index, item in enumerate(items)]


def _lacking(item: dict[str, Any], name: str) -> dict[str, Any]:
    return {part: value for part, value in item.items() if part != name}


def _written(item: dict[str, Any], operation: Operation) -> dict[str, Any]:
    if operation.target.sub is not None:
        return {**item, operation.target.sub.name: operation.value}
    if operation.op == "add":
        return {**item, **operation.value}
    return {**(_described_value(operation) or {}), **operation.value}


def _made(operation: Operation) -> dict[str, Any]:
    """Return the value that a filter describes which found none: `emails[type eq "work"].value` makes one of type work.

    An add makes it always, a replace where the type is one that the schema names: any other is a slip
    (RFC 7644 §3.5.2.3). Strictly, neither does.
    """
    described = _described_value(operation)
    if described is None or (operation.op == "replace" and not _is_usual(described, operation)):
        raise _nothing_found(operation)
    sub = operation.target.sub
    return {**described, **(operation.value if sub is None else {sub.name: operation.value})}


def _described_value(operation: Operation) -> dict[str, Any] | None:
    """Return the value that a filter describes, checked; None when it describes none, or strictly."""
    target = operation.target
    if not operation.tolerant or (parts := _described(target.filter)) is None:
        return None
    return single(target.attribute, parts, target.attribute.name) or {}


def _described(condition: Filter | None) -> dict[str, Any] | None:
    """Return the parts that a condition of nothing but `eq` demands; None when it is of another kind."""
    match condition:
        case None:
            return {}
        case Comparison(path, "eq", wanted):
            return {path.name: wanted}
        case And(left, right):
            one, other = _described(left), _described(right)
            return None if one is None or other is None else {**one, **other}
    return None


def _is_usual(described: dict[str, Any], operation: Operation) -> bool:
    kind = operation.target.attribute.sub("type")
    types = kind.canonical_values if kind else ()
    return described.keys() <= {"type", "primary"} and (
        not types or str(described.get("type", types[0])).lower() in types
    )


def _with_primary(items: Sequence[Any], touched: Sequence[int]) -> list[Any]:
    """Return the values with one primary at most: the first that this operation touched, if it made one so."""
    new = next((index for index in touched if is_primary(items[index])), None)
    if new is None:
        return list(items)
    return [
        {**item, "primary": False} if is_primary(item) and index != new else item for index, item in enumerate(items)
    ]


def _nothing_found(operation: Operation) -> AppException:
    name = operation.target.attribute.name
    return AppException(NO_TARGET, f"No value of {name} matches the filter.", fields={name: ["No value matches."]})
