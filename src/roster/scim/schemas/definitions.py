"""The characteristics of attributes, schemas and resource types (RFC 7643 §2.2, §6, §7)."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attribute:
    """What is known of one attribute; the defaults are those of RFC 7643 §2.2."""

    name: str
    type: str = "string"
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    uniqueness: str = "none"
    sub_attributes: tuple["Attribute", ...] = ()
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    description: str = ""

    def sub(self, name: str) -> "Attribute | None":
        """Return the sub-attribute of this name, in whatever case; None if there is none."""
        return _named(self.sub_attributes, name)


@dataclass(frozen=True, slots=True)
class Schema:
    """Attributes under one URN."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of this name, in whatever case; None if there is none."""
        return _named(self.attributes, name)


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource: where it is, what it has, and what every resource has in common (RFC 7643 §3.1)."""

    name: str
    endpoint: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()
    common: tuple[Attribute, ...] = ()

    def find(self, name: str, schema: str | None = None) -> Attribute | None:
        """Return the attribute of this name, in whatever case; None if there is none.

        Without a schema, or with the core one, it is looked for in the core schema and among what all resources have:
        `id`, `externalId`, `meta`, `schemas`. An attribute of an extension is found only under the extension's URN.
        """
        if schema is None or same(schema, self.schema.id):
            return self.schema.attribute(name) or _named(self.common, name)
        extension = self.extension(schema)
        return extension.attribute(name) if extension else None

    def locate(self, name: str, schema: str | None = None) -> tuple[Schema, Attribute] | None:
        """Return the attribute as `find` does, and its schema; None if there is none.

        Without a schema the extensions are searched last: RFC 7644 §3.10 only says that their attributes SHOULD be
        named in full. What all resources have in common counts as the core schema's.
        """
        if found := self.find(name, schema):
            return self.extension(schema or "") or self.schema, found
        others = self.extensions if schema is None else ()
        return next(((other, found) for other in others if (found := other.attribute(name))), None)

    def extension(self, schema: str) -> Schema | None:
        """Return the extension with this URN, in whatever case; None if there is none."""
        return next((each for each in self.extensions if same(each.id, schema)), None)


def same(one: str, other: str) -> bool:
    """Tell whether two names of attributes or schemas are the same: case counts for nothing (RFC 7643 §2.1)."""
    return one.lower() == other.lower()


def _named(attributes: Iterable[Attribute], name: str) -> Attribute | None:
    return next((attribute for attribute in attributes if same(attribute.name, name)), None)
