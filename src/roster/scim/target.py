"""What the path of a PATCH operation means in a schema (RFC 7644 §3.5.2)."""

from dataclasses import dataclass, replace
from typing import Any

from roster.errors import INVALID_PATH, AppException
from roster.scim.attributes import Attribute, ResourceType, Schema, same
from roster.scim.grammar import AttributePath, Filter, ValuePath, parse_path, resolve_values


@dataclass(frozen=True, slots=True)
class Target:
    """An attribute, or a part of its value or values."""

    attribute: Attribute
    extension: str | None = None
    sub: Attribute | None = None
    filter: Filter | None = None
    path: str = ""
    """The path as it was sent."""

    @property
    def last(self) -> Attribute:
        """The attribute that a value is for: the sub-attribute where the path names one."""
        return self.sub or self.attribute

    @property
    def name(self) -> str:
        """The path as people are told it, without its filter."""
        return f"{self.attribute.name}.{self.sub.name}" if self.sub else self.attribute.name

    def holder(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return where in a document the attribute is: the document, or the object of its extension."""
        if self.extension is None:
            return document
        found: dict[str, Any] = document.setdefault(self.extension, {})
        return found


def parse(text: str, resource_type: ResourceType) -> Target:
    """Return what a path means.

    Raises:
        AppException: INVALID_PATH, also when it names an attribute that is in no schema; INVALID_FILTER.
    """
    path = parse_path(text)
    if isinstance(path, ValuePath):
        target = _located(path.path, resource_type)
        if not (target.attribute.multi_valued and target.attribute.sub_attributes) or target.sub:
            raise AppException(INVALID_PATH, f"{target.name} has no values that a filter could choose from.")
        condition = resolve_values(path.inner, target.attribute)
        return replace(target, sub=_sub(target.attribute, path.sub), filter=condition, path=text)
    return replace(_located(path, resource_type), path=text)


def schema_of(text: str, resource_type: ResourceType) -> Schema | None:
    """Return the schema whose URN this is, in whatever case; None when it is none of the resource type's."""
    schemas = (resource_type.schema, *resource_type.extensions)
    return next((schema for schema in schemas if same(schema.id, text)), None)


def _located(path: AttributePath, resource_type: ResourceType) -> Target:
    if (found := resource_type.locate(path.name, path.schema)) is None:
        raise AppException(
            INVALID_PATH, f"There is no attribute {path.whole[:100]} in any schema of {resource_type.name}."
        )
    schema, attribute = found
    extension = None if schema.id == resource_type.schema.id else schema.id
    return Target(attribute, extension, _sub(attribute, path.sub))


def _sub(attribute: Attribute, name: str | None) -> Attribute | None:
    if name is None:
        return None
    if (sub := attribute.sub(name)) is None:
        raise AppException(INVALID_PATH, f"{attribute.name} has no sub-attribute {name[:100]}.")
    return sub
