"""Operations applied to a document, in order (RFC 7644 §3.5.2.1 to §3.5.2.3)."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from roster.errors import MUTABILITY, AppException
from roster.scim.attributes import Attribute, ResourceType
from roster.scim.document import demand_required, schemas_of
from roster.scim.patch.operations import Operation, demand_writable
from roster.scim.patch.several import changed
from roster.scim.values import bound, has_content


def apply(resource_type: ResourceType, document: Mapping[str, Any], operations: Sequence[Operation]) -> dict[str, Any]:
    """Return what a document is after these operations, all of them; the one that was given stays as it is.

    A boolean without a value is there as None: who removed `active` did not leave it to its default.

    Raises:
        AppException: MUTABILITY (a read-only attribute, or a required one removed), NO_TARGET (a filter that finds
            nothing), INVALID_VALUE (a required attribute left empty, too many values).
    """
    result = copy.deepcopy(dict(document))
    for operation in operations:
        _perform(result, operation)
    _tidy(result, (*resource_type.schema.attributes, *resource_type.common))
    for extension in resource_type.extensions:
        _tidy(result.get(extension.id, {}), extension.attributes)
        if not result.get(extension.id):
            result.pop(extension.id, None)
    demand_required(resource_type, result)
    unassigned = {attribute.name: None for attribute in resource_type.schema.attributes if attribute.type == "boolean"}
    return unassigned | result | {"schemas": schemas_of(resource_type, result)}


def _perform(document: dict[str, Any], operation: Operation) -> None:
    target = operation.target
    holder, name = target.holder(document), target.attribute.name
    if name == "schemas" or target.attribute.mutability == "writeOnly" or _says_what_is(holder, operation):
        return
    demand_writable(target)
    if operation.op == "remove" and target.last.required:
        raise AppException(MUTABILITY, f"{name} is required; it can't be removed.", fields={name: ["Required."]})
    _put(holder, name, _new_value(holder.get(name), operation))


def _says_what_is(holder: Mapping[str, Any], operation: Operation) -> bool:
    """Tell whether a read-only attribute, like `id`, is only repeated."""
    target = operation.target
    readable = (
        target.last is target.attribute and target.attribute.mutability == "readOnly" and operation.op != "remove"
    )
    return readable and operation.value is not None and holder.get(target.attribute.name) == operation.value


def _new_value(value: Any, operation: Operation) -> Any:
    target = operation.target
    if target.attribute.multi_valued:
        items = changed(value or [], operation)
        bound(target.attribute, items, target.name)
        return items
    new = None if operation.op == "remove" else operation.value
    if target.sub is None:
        return new
    parts = dict(value or {})
    _put(parts, target.sub.name, new)
    return parts


def _put(holder: dict[str, Any], name: str, value: Any) -> None:
    if value in (None, [], {}):
        holder.pop(name, None)
    else:
        holder[name] = value


def _tidy(holder: dict[str, Any], attributes: Sequence[Attribute]) -> None:
    """Leave out the values that operations have emptied."""
    for attribute in attributes:
        if attribute.multi_valued and attribute.name in holder:
            _put(holder, attribute.name, [item for item in holder[attribute.name] if has_content(attribute, item)])
