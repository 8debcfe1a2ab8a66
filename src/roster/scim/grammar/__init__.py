"""The filter language and the paths of SCIM: text to a tree, names to attributes (RFC 7644 §3.4.2.2, §3.5.2)."""

from roster.scim.grammar.parser import parse_filter, parse_path
from roster.scim.grammar.resolving import parse_sort, resolve, resolve_path, resolve_values
from roster.scim.grammar.shape import shape_of
from roster.scim.grammar.tree import (
    And,
    AttributePath,
    Blank,
    Comparison,
    Filter,
    Not,
    Or,
    Path,
    Present,
    Value,
    ValuePath,
    names_in,
)

__all__ = [
    "And",
    "AttributePath",
    "Blank",
    "Comparison",
    "Filter",
    "Not",
    "Or",
    "Path",
    "Present",
    "Value",
    "ValuePath",
    "names_in",
    "parse_filter",
    "parse_path",
    "parse_sort",
    "resolve",
    "resolve_path",
    "resolve_values",
    "shape_of",
]
