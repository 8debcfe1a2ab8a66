"""References to what other operations of a request create: `bulkId:` and its name (RFC 7644 §3.7.2)."""

import re
from collections.abc import Collection, Mapping
from typing import Any

REFERENCE = re.compile(r'(?:^|(?<=[/"]))bulkId:([^/"]+)')
"""In a value, in an address (`/Users/bulkId:1`), or in a filter (`members[value eq "bulkId:1"]`)."""


def references(value: Any) -> set[str]:
    """Return the names that are referred to, anywhere in a JSON value."""
    if isinstance(value, str):
        return set(REFERENCE.findall(value))
    return set().union(*map(references, _parts(value)))


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """Return the value with ids in place of references; one to nothing stays as it is."""
    if isinstance(value, str):
        return REFERENCE.sub(lambda found: ids.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {name: filled(part, ids) for name, part in value.items()}
    return [filled(part, ids) for part in value] if isinstance(value, list) else value


def without(value: Any, names: Collection[str]) -> Any:
    """Return the value without what refers to one of the names: a member, a manager."""
    if isinstance(value, dict):
        return {name: without(part, names) for name, part in value.items() if not _refers(part, names)}
    if isinstance(value, list):
        return [without(part, names) for part in value if not _refers(part, names)]
    return value


def _refers(value: Any, names: Collection[str]) -> bool:
    texts = [part for part in (value, *_parts(value)) if isinstance(part, str)]
    return not set().union(*map(references, texts)).isdisjoint(names)


def _parts(value: Any) -> Collection[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
