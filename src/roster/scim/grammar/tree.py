"""What a filter or a path is once it was read (RFC 7644 §3.4.2.2, §3.5.2)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Blank:
    """The place of a text in a filter whose texts were taken out (see `shape_of`): its name."""

    name: str


Value: TypeAlias = str | int | float | bool | datetime | Blank | None


@dataclass(frozen=True, slots=True)
class AttributePath:
    """An attribute: under which schema if one is named, and which of its parts if it is about one.

    `position` is where it was read (characters, from 0); it makes no other path.
    """

    schema: str | None
    name: str
    sub: str | None = None
    position: int = field(default=0, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The path as it is written: `urn:…:User:name.familyName`."""
        return f"{self.whole}.{self.sub}" if self.sub else self.whole

    @property
    def whole(self) -> str:
        """The path without its sub-attribute. A path that names only an extension gives that extension's URN."""
        return f"{self.schema}:{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """An attribute against a value; the operator in lower case."""

    path: AttributePath
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Present:
    """The attribute has a value that is not empty."""

    path: AttributePath


@dataclass(frozen=True, slots=True)
class And:
    """Both hold."""

    left: "Filter"
    right: "Filter"


@dataclass(frozen=True, slots=True)
class Or:
    """One of both holds, or both."""

    left: "Filter"
    right: "Filter"


@dataclass(frozen=True, slots=True)
class Not:
    """The other does not hold; what is absent counts as not holding, so `not (title eq "x")` holds without a title."""

    inner: "Filter"


@dataclass(frozen=True, slots=True)
class ValuePath:
    """Those values of a complex attribute that match; `sub`, only in paths of PATCH, is which of their parts."""

    path: AttributePath
    inner: "Filter"
    sub: str | None = None


Filter: TypeAlias = Comparison | Present | And | Or | Not | ValuePath
Path: TypeAlias = AttributePath | ValuePath


def names_in(found: Filter) -> frozenset[str]:
    """Return the names of all attributes that the filter is about, without their parts."""
    match found:
        case And(left, right) | Or(left, right):
            return names_in(left) | names_in(right)
        case Not(inner):
            return names_in(inner)
        case Present(path) | Comparison(path) | ValuePath(path):
            return frozenset({path.name})
