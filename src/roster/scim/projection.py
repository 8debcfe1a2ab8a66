"""Which attributes a client wants to see (RFC 7644 §3.4.2.5, §3.9; RFC 7643 §7, `returned`)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from roster.errors import AppException
from roster.scim.attributes import ResourceType, Schema, same
from roster.scim.grammar import AttributePath, parse_path, resolve_path

Names: TypeAlias = str | Sequence[str] | None
Parts: TypeAlias = frozenset[str] | None
"""Names of sub-attributes; None stands for the whole attribute."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What is kept, or else what is left out: whole attributes or some of their parts, by the text of their path."""

    kept: Mapping[str, Parts] | None = None
    dropped: Mapping[str, Parts] = field(default_factory=dict)
    extensions: frozenset[str] = frozenset()

    @classmethod
    def of(cls, attributes: Names, excluded: Names, resource_type: ResourceType) -> "Projection":
        """Return the projection that `attributes` or `excludedAttributes` asks for; the first wins over the second.

        Names are separated by commas, or a list; written in any case, in full or not; a schema's URN stands for all of
        it. Names of nothing are ignored; what is always returned (`id`, `schemas`) can't be left out.
        """
        if not (attributes or excluded):
            return cls()
        extensions = frozenset(extension.id for extension in resource_type.extensions)
        always = {each.name: None for each in resource_type.common if each.returned == "always"}
        if names := _names(attributes):
            return cls(_paths(names, resource_type) | always, {}, extensions)
        dropped = _paths(_names(excluded), resource_type)
        return cls(None, {path: parts for path, parts in dropped.items() if path not in always}, extensions)

    @property
    def is_whole(self) -> bool:
        """Whether `apply` leaves everything as it is."""
        return self.kept is None and not self.dropped

    def wants(self, path: str) -> bool:
        """Tell whether anything of the attribute is shown: a canonical name, after its URN if it is an extension's."""
        if self.kept is not None:
            return path in self.kept
        return self.dropped.get(path, frozenset()) is not None

    def apply(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Return what is shown of a resource with canonical names; an object of which nothing is left is left out."""
        if self.is_whole:
            return resource
        cut = self._cut_into(resource)
        shown = ((name, self._shown(name, value) if name in cut else value) for name, value in resource.items())
        return {name: value for name, value in shown if value is not None}

    def _cut_into(self, resource: Mapping[str, Any]) -> Collection[str]:
        """The names at the top of which something may be left out; the others stay as they are."""
        return resource if self.kept is not None else self.dropped.keys() | self.extensions

    def _shown(self, name: str, value: Any) -> Any:
        if name not in self.extensions:
            return self._cut(name, value)
        parts = ((part, self._cut(f"{name}:{part}", inside)) for part, inside in value.items())
        return {part: inside for part, inside in parts if inside is not None} or None

    def _cut(self, path: str, value: Any) -> Any:
        """What is shown of one attribute's value; None for nothing."""
        parts = (self.dropped if self.kept is None else self.kept).get(path)
        if not self.wants(path) or parts is None:
            return value if self.wants(path) else None
        is_kept = self.kept is not None
        if isinstance(value, list):
            return [left for item in value if (left := _left(item, parts, is_kept=is_kept))] or None
        return _left(value, parts, is_kept=is_kept) or None


def _left(value: Any, parts: frozenset[str], *, is_kept: bool) -> Any:
    return {name: part for name, part in value.items() if (name in parts) is is_kept}


def _names(names: Names) -> list[str]:
    """The names of a parameter, or of a list in the body of a search (RFC 7644 §3.4.3)."""
    several = names.split(",") if isinstance(names, str) else names or ()
    return [name.strip() for name in several if name.strip()]


def _paths(names: Sequence[str], resource_type: ResourceType) -> dict[str, Parts]:
    """The attributes of these names with their parts; the whole of one wins over its parts."""
    found: dict[str, Parts] = {}
    for path in (path for name in names for path in _named(name, resource_type)):
        parts = found.get(path.whole, frozenset())
        found[path.whole] = parts | {path.sub} if path.sub and parts is not None else None
    return found


def _named(name: str, resource_type: ResourceType) -> Iterator[AttributePath]:
    """The attributes that a name means: one, all of a schema, or none."""
    for schema in (resource_type.schema, *resource_type.extensions):
        if same(name, schema.id):
            yield from (_in(schema, resource_type, each.name) for each in schema.attributes)
            return
    with suppress(AppException):
        path = resolve_path(parse_path(name), resource_type)
        if isinstance(path, AttributePath):
            yield path


def _in(schema: Schema, resource_type: ResourceType, name: str) -> AttributePath:
    return AttributePath(None if schema is resource_type.schema else schema.id, name)
