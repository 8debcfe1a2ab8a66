"""Events as CSV: UTF-8, a header row, one event a line; safe to open in a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from roster.normal_form import cell

COLUMNS = (
    "at",
    "action",
    "subject_id",
    "subject_label",
    "object_id",
    "object_label",
    "actor_kind",
    "actor_label",
    "door",
    "request_id",
    "changes",
    "id",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet may run (OWASP, CSV injection)."""


def write(events: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Give the header row and then one row for each event as the API shows it."""
    yield list(COLUMNS)
    for event in events:
        yield [harmless(cell(event[name])) for name in COLUMNS]


def harmless(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula: with an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA) else text
