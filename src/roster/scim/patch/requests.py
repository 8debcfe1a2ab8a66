"""The body of a PATCH request, read into operations (RFC 7644 §3.5.2)."""

from collections.abc import Mapping
from typing import Any

from roster.errors import INVALID_PATH, INVALID_SYNTAX, INVALID_VALUE, NO_TARGET, AppException
from roster.scim.attributes import PATCH_URN, ResourceType, Schema
from roster.scim.dialects import normalise_patch
from roster.scim.dialects.operations import member
from roster.scim.patch.operations import Operation, single_operations
from roster.scim.target import Target, parse, schema_of
from roster.scim.values import refuse

OPS = frozenset({"add", "remove", "replace"})
MOST_OPERATIONS = 1000
"""Operations in one request, besides those on members."""


def operations(body: Any, resource_type: ResourceType, *, strict: bool) -> list[Operation]:
    """Return what a PATCH request asks for, in order, each with one target and a checked value.

    Unless strict, what clients are known to send instead is understood first (see `dialects`).

    Raises:
        AppException: INVALID_SYNTAX (not a PatchOp, no operations, or too many), INVALID_PATH, INVALID_FILTER,
            INVALID_VALUE, NO_TARGET (a remove without a path).
    """
    given = _envelope(body, strict=strict)
    if not strict:
        given = normalise_patch(body, resource_type)["Operations"]
    found = [
        operation
        for position, each in enumerate(given)
        for operation in _read(each, f"Operations[{position}]", resource_type, strict=strict)
    ]
    if sum(operation.target.attribute.name != "members" for operation in found) > MOST_OPERATIONS:
        raise AppException(INVALID_SYNTAX, f"A request may have {MOST_OPERATIONS} operations at most.")
    return found


def _envelope(body: Any, *, strict: bool) -> list[Any]:
    if not isinstance(body, dict):
        raise AppException(INVALID_SYNTAX, "The body must be a JSON object.")
    schemas = member(body, "schemas")
    if strict and not (isinstance(schemas, list) and PATCH_URN in schemas):
        raise AppException(INVALID_SYNTAX, f"schemas must name {PATCH_URN}.")
    found = member(body, "Operations")
    if not isinstance(found, list) or not found:
        raise AppException(INVALID_SYNTAX, "Operations must be a list of one operation at least.")
    return found


def _read(operation: Any, where: str, resource_type: ResourceType, *, strict: bool) -> list[Operation]:
    if not isinstance(operation, dict):
        raise AppException(INVALID_SYNTAX, f"{where} must be an object.")
    given = {name.lower(): value for name, value in operation.items()}
    op = given.get("op")
    if not isinstance(op, str) or op not in OPS:
        raise AppException(INVALID_SYNTAX, f"{where}.op must be add, remove or replace.")
    path = given.get("path")
    if path is None:
        return _without_path(op, given, where, resource_type, strict=strict)
    if not isinstance(path, str):
        raise AppException(INVALID_PATH, f"{where}.path must be a string.")
    if schema := schema_of(path, resource_type):
        return _of_schema(op, schema, given, resource_type, strict=strict)
    return single_operations(op, parse(path, resource_type), given, strict=strict)


def _without_path(
    op: str, given: Mapping[str, Any], where: str, resource_type: ResourceType, *, strict: bool
) -> list[Operation]:
    if op == "remove":
        raise AppException(NO_TARGET, f"{where}: a remove needs a path.")
    if not isinstance(values := given.get("value"), dict):
        raise AppException(
            INVALID_VALUE,
            f"{where}.value must be an object, as there is no path.",
            fields={"value": ["Must be an object."]},
        )
    found: list[Operation] = []
    for name, value in values.items():
        if extension := resource_type.extension(name):
            found += _of_schema(op, extension, {"value": value}, resource_type, strict=strict)
        elif attribute := resource_type.find(name):
            found += single_operations(op, Target(attribute), {"value": value}, strict=strict)
        else:
            refuse(name, "is not in the schema.")
    return found


def _of_schema(
    op: str, schema: Schema, given: Mapping[str, Any], resource_type: ResourceType, *, strict: bool
) -> list[Operation]:
    """Return what an operation on all attributes of a schema means for each of them."""
    if schema.id == resource_type.schema.id:
        return _without_path(op, given, schema.id, resource_type, strict=strict)
    if op == "remove" or ("value" in given and given["value"] is None):
        return [Operation("remove", Target(attribute, schema.id)) for attribute in schema.attributes]
    if not isinstance(values := given.get("value"), dict):
        refuse(schema.id, "must be an object.")
    found: list[Operation] = []
    for name, value in values.items():
        if (attribute := schema.attribute(name)) is None:
            refuse(f"{schema.id}:{name}", "is not in the schema.")
        found += single_operations(op, Target(attribute, schema.id), {"value": value}, strict=strict)
    return found
