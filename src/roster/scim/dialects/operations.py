"""Bodies of PATCH in dialect."""

from collections.abc import Iterator, Mapping
from typing import Any

from roster.scim.attributes import PATCH_URN, ResourceType
from roster.scim.dialects.resources import located
from roster.scim.dialects.values import NOTHING, listed, only_of_list, understood, understood_single
from roster.scim.target import Target, parse, schema_of


def normalise_patch(body: Any, resource_type: ResourceType) -> Any:
    """Return a PATCH request as RFC 7644 §3.5.2 writes it, each operation with a path of its own.

    Raises:
        AppException: INVALID_PATH, INVALID_FILTER: a path that can't be read has no meaning in any dialect.
    """
    if not isinstance(body, dict):
        return body
    operations = member(body, "Operations")
    if isinstance(operations, list):
        operations = [plain for each in operations for plain in _normalised(each, resource_type)]
    return {"schemas": [PATCH_URN], "Operations": operations}


def member(values: Mapping[str, Any], name: str) -> Any:
    """Return a member of an object, its name in whatever case; None when it is not there."""
    return next((value for key, value in values.items() if key.lower() == name.lower()), None)


def op_in_any_case(op: Any) -> Any:
    """`Add`, `Replace`, `REMOVE` are what they say."""
    return op.strip().lower() if isinstance(op, str) else op


def path_of(text: Any) -> Any:
    """An empty path is none."""
    return (text.strip() or None) if isinstance(text, str) else text


def _normalised(operation: Any, resource_type: ResourceType) -> Iterator[Any]:
    if not isinstance(operation, dict):
        yield operation
        return
    plain = {key.lower(): value for key, value in operation.items()}
    op, path = op_in_any_case(plain.get("op")), path_of(plain.get("path"))
    given = {"value": plain["value"]} if "value" in plain else {}
    if path is None:
        yield from without_path(op, given, resource_type)
    elif not isinstance(path, str):
        yield {"op": op, "path": path, **given}
    elif schema := schema_of(path, resource_type):
        yield from of_schema(op, schema.id, given, resource_type)
    else:
        target = parse(path, resource_type)
        yield from _with_path(upsert(plain.get("op"), op, target), path, given, target)


def upsert(spelled: Any, op: Any, target: Target) -> Any:
    """`Replace`, as Entra ID spells it, of a part of what a filter finds means to add it where there is none.

    On what is there, both are the same. Spelled as in RFC 7644, it may be meant as it is there (§3.5.2.3: noTarget).
    """
    is_partial = target.filter is not None and target.sub is not None
    return "add" if op == "replace" and spelled != op and is_partial else op


def without_path(op: Any, given: dict[str, Any], resource_type: ResourceType) -> Iterator[dict[str, Any]]:
    """An object without a path is an operation on each of its names: dotted, below a URN, with a filter in them."""
    values = only_of_list(given.get("value"))
    if op == "remove" or not isinstance(values, dict):
        yield {"op": op, **given}
        return
    for target, value in located(values, resource_type):
        yield from _with_path(op, target.path, {"value": value}, target)


def of_schema(op: Any, urn: str, given: dict[str, Any], resource_type: ResourceType) -> Iterator[dict[str, Any]]:
    """A path that is a schema's URN means each attribute in the value; nothing as value means all it has."""
    values = only_of_list(given.get("value"))
    if op == "remove" or ("value" in given and values in NOTHING):
        yield {"op": "remove", "path": urn}
    elif not isinstance(values, dict):
        yield {"op": op, "path": urn, **given}
    else:
        yield from without_path(op, {"value": {urn: values}}, resource_type)


def _with_path(op: Any, path: str, given: dict[str, Any], target: Target) -> Iterator[dict[str, Any]]:
    if is_idle(target):
        return
    if op == "remove":
        yield {"op": op, "path": path, **removed_values(target, given)}
    elif not given or target.attribute.mutability == "readOnly":
        yield {"op": op, "path": path, **given}
    elif target.filter is not None or target.sub is not None:
        yield {"op": op, "path": path, "value": understood_single(target.last, given["value"])}
    else:
        yield {"op": op, "path": path, "value": understood(target.attribute, given["value"])}


def is_idle(target: Target) -> bool:
    """A part that only the server writes, of what others may write, is passed over: the name of a manager."""
    return target.attribute.mutability != "readOnly" and target.last.mutability == "readOnly"


def removed_values(target: Target, given: dict[str, Any]) -> dict[str, Any]:
    """A remove with a list of values removes just those, an empty list none; else its value says nothing."""
    one_by_one = target.attribute.multi_valued and target.filter is None and target.sub is None
    if not one_by_one or given.get("value") in (None, "", {}):
        return {}
    return {"value": understood(target.attribute, listed(given["value"]))}
