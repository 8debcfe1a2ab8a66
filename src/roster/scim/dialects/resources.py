"""Bodies of POST and PUT in dialect."""

from collections.abc import Iterator
from typing import Any

from roster.errors import AppException
from roster.scim.attributes import ResourceType
from roster.scim.dialects.values import NOTHING, understood, understood_single
from roster.scim.target import Target, parse, schema_of


def normalise_resource(body: dict[str, Any], resource_type: ResourceType) -> dict[str, Any]:
    """Return a resource as RFC 7643 writes it: `schemas` right, names in their case, parts where they belong.

    Attributes that no schema has, those that only the server writes, and schemas that we do not know are passed over:
    a resource that was read here can be sent back as it is.
    """
    resource: dict[str, Any] = {}
    for target, value in located(body, resource_type):
        _put(resource, target, value)
    return {"schemas": [resource_type.schema.id], **resource}


def located(values: dict[str, Any], resource_type: ResourceType, urn: str = "") -> Iterator[tuple[Target, Any]]:
    """Give what each name of an object means with its value, those below a schema's URN one by one.

    Names may be dotted, below or after a URN, in any case. What means nothing here is passed over.
    """
    for name, value in values.items():
        schema = None if urn else schema_of(name, resource_type)
        if schema is None:
            target = _meaning(f"{urn}:{name}" if urn else name, resource_type)
            if target is not None and target.attribute.mutability != "readOnly":
                yield target, value
        elif isinstance(value, dict):
            yield from located(value, resource_type, schema.id)


def _meaning(name: str, resource_type: ResourceType) -> Target | None:
    try:
        return parse(name, resource_type)
    except AppException:
        return None


def _put(resource: dict[str, Any], target: Target, value: Any) -> None:
    if target.filter is not None or target.attribute.name == "schemas":
        return
    holder, name = target.holder(resource), target.attribute.name
    if target.sub is None:
        holder[name] = _merged(holder.get(name), understood(target.attribute, value))
    elif not target.attribute.multi_valued and target.sub.mutability != "readOnly":
        holder[name] = _merged(holder.get(name), {target.sub.name: understood_single(target.sub, value)})


def _merged(one: Any, other: Any) -> Any:
    """What is said of one attribute in two places is true together, as of `name` and `name.givenName`."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **other}
    return one if other in NOTHING else other
