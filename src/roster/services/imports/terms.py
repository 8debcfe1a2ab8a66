"""What an import is told, what it tells, and in what amounts it works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

KIND = "users.import"
BATCH = 500
"""Lines that are written by one statement."""
PART = 2000
"""Lines that are matched together, and committed together where the bad ones are skipped."""

OnError = Literal["skip", "rollback"]


class Record(Protocol):
    """What a reader makes of one record of a file: its values, or what is wrong with it, or its cells alone."""

    @property
    def number(self) -> int:
        """Its line, from 1."""

    @property
    def user_name(self) -> str:
        """What it is called in a report."""

    @property
    def values(self) -> Mapping[str, Any] | None:
        """What it says, by field."""

    @property
    def fault(self) -> str | None:
        """What is wrong with it."""

    @property
    def cells(self) -> Any:
        """What stands in it, where that is kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """One good record of the file: its line (from 1, the header counts), and the columns that it gives."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """One record that was left out, and why."""

    number: int
    user_name: str
    reason: str


@dataclass(slots=True)
class Report:
    """What came of an import. `kept` is False where everything was rolled back."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be imported.

    Args:
        on_error: `skip` leaves out what can't be taken and keeps the rest; `rollback` keeps nothing then.
        dry_run: do everything, report it, and keep nothing.
        format: `csv` or `jsonl`.
        columns: the header of the file.
        mapping: column → field, or nothing where the columns are called like the fields.
        file_name: what the file is called.
    """

    on_error: OnError = "rollback"
    dry_run: bool = False
    format: str = "csv"
    columns: Sequence[str] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    file_name: str | None = None


class RolledBack(Exception):  # noqa: N818 - it says what happened
    """Leaves the savepoint, with nothing kept."""
