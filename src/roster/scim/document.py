"""The resource in the body of a POST or PUT, read against its schema (RFC 7644 §3.3, §3.5.1)."""

from collections.abc import Mapping
from typing import Any

from roster.errors import INVALID_SYNTAX, INVALID_VALUE, AppException
from roster.normal_form import name_key
from roster.scim.attributes import Attribute, ResourceType, Schema, same
from roster.scim.dialects import normalise_resource
from roster.scim.values import checked, refuse

HERE = "\x01"
"""Stands in JSON for the address of the door, where only the door knows it: no text has this character there."""


def read(resource_type: ResourceType, body: Any, *, strict: bool) -> dict[str, Any]:
    """Return what a client wants a resource to be: names in their case, values checked, extensions under their URN.

    What only the server may write, `schemas` and the password are left out; what has no value is, too. Unless strict,
    what clients are known to send instead is understood first (see `dialects`).

    Raises:
        AppException: INVALID_SYNTAX, when it is no object or lacks the schema's URN; INVALID_VALUE, with `fields`.
    """
    if not isinstance(body, dict):
        raise AppException(INVALID_SYNTAX, "The body must be a JSON object.")
    given = body if strict else normalise_resource(body, resource_type)
    _check_schemas(resource_type, given)
    document = _core(resource_type, given)
    for extension in resource_type.extensions:
        if found := _extension(extension, given):
            document[extension.id] = found
    demand_required(resource_type, document)
    return document


def schemas_of(resource_type: ResourceType, document: Mapping[str, Any]) -> list[str]:
    """Return the URNs of the schemas that a document has attributes of (RFC 7643 §3)."""
    extensions = (extension.id for extension in resource_type.extensions if document.get(extension.id))
    return [resource_type.schema.id, *extensions]


def demand_required(resource_type: ResourceType, document: Mapping[str, Any]) -> None:
    """Refuse a document without an attribute that every resource of its type has.

    Raises:
        AppException: INVALID_VALUE.
    """
    for attribute in resource_type.schema.attributes:
        if attribute.required and not name_key(document.get(attribute.name) or ""):
            fault = f"{attribute.name} is required."
            raise AppException(INVALID_VALUE, fault, fields={attribute.name: ["Required."]})


def _check_schemas(resource_type: ResourceType, body: Mapping[str, Any]) -> None:
    given = next((value for name, value in body.items() if same(name, "schemas")), None)
    if not isinstance(given, list) or not all(isinstance(urn, str) for urn in given):
        raise AppException(INVALID_SYNTAX, "schemas must be a list of URNs.")
    if not any(same(urn, resource_type.schema.id) for urn in given):
        raise AppException(INVALID_SYNTAX, f"schemas must name {resource_type.schema.id}.")


def _core(resource_type: ResourceType, body: Mapping[str, Any]) -> dict[str, Any]:
    document = {}
    for name, value in body.items():
        if resource_type.extension(name):
            continue
        if (attribute := resource_type.find(name)) is None:
            refuse(name, "is not in the schema.")
        if (kept := _kept(attribute, value)) is not None:
            document[attribute.name] = kept
    return document


def _kept(attribute: Attribute, value: Any) -> Any:
    if attribute.mutability == "readOnly" or attribute.name == "schemas":
        return None
    found = checked(attribute, value, attribute.name)
    return None if attribute.mutability == "writeOnly" else found


def _extension(extension: Schema, body: Mapping[str, Any]) -> dict[str, Any]:
    values = next((value for name, value in body.items() if same(name, extension.id)), None)
    if values is None:
        return {}
    if not isinstance(values, dict):
        refuse(extension.id, "must be an object.")
    found = {}
    for name, value in values.items():
        if (attribute := extension.attribute(name)) is None:
            refuse(f"{extension.id}:{name}", "is not in the schema.")
        if (kept := _kept(attribute, value)) is not None:
            found[attribute.name] = kept
    return found
