"""What a list shows: all of it is in the URL."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

from flask import url_for
from marshmallow import EXCLUDE, Schema, ValidationError

from roster.blueprints.admin.forms import flat
from roster.blueprints.admin.visit import visit
from roster.errors import INVALID_INPUT, AppException

NEWEST_FIRST = {"created_at", "updated_at"}
SIZES = (25, 50, 100, 200)
"""How many rows a page may have that somebody prefers."""


def asked(schema: Schema, arguments: Mapping[str, str], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a URL asks for; `plain` where it says nothing. What the schema does not know is left out.

    Raises:
        AppException: INVALID_INPUT; a filter that makes no sense is never ignored.
    """
    given = {name: value for name, value in arguments.items() if value}
    try:
        loaded: dict[str, Any] = schema.load({**plain, **given}, unknown=EXCLUDE)
    except ValidationError as error:
        raise AppException(INVALID_INPUT, fields=dict(flat(error.messages))) from error
    return loaded


@dataclass(frozen=True, slots=True)
class Listing:
    """One view of a list: which rows, in what order, from where on, how many."""

    ENDPOINT: ClassVar[str]
    QUERY: ClassVar[Schema]
    NAME: ClassVar[str]
    COLUMNS: ClassVar[Mapping[str, str]]
    """What may be shown beside the name, in the order of the table."""
    STATUSES: ClassVar[Mapping[str, str]]
    SORTS: ClassVar[Mapping[str, str]]

    q: str = ""
    status: str = "live"
    sort: str = "display_name"
    after: str | None = None
    limit: int = 50

    @classmethod
    def asked(cls, arguments: Mapping[str, str]) -> Self:
        """Return the view that a URL asks for.

        Raises:
            AppException: INVALID_INPUT.
        """
        return cls(**asked(cls.QUERY, arguments, cls.plain()))

    @classmethod
    def plain(cls) -> dict[str, Any]:
        """Return the view of a URL that says nothing: as many rows as this administrator prefers."""
        preferred = visit().preferences.page_size
        return asdict(cls()) | ({"limit": preferred} if preferred in SIZES else {})

    @classmethod
    def columns(cls) -> list[str]:
        """Return the columns that this administrator wants to see: all, if they never said."""
        wanted = visit().preferences.columns.get(cls.NAME)
        return [name for name in cls.COLUMNS if wanted is None or name in wanted]

    def narrowed(self) -> dict[str, str]:
        """Return which rows the list has, as a service's `count` takes it."""
        return {"q": self.q, "status": self.status}

    def options(self) -> dict[str, Any]:
        """Return the arguments for a service's `search`."""
        return asdict(self)

    def but(self, **changes: Any) -> dict[str, Any]:
        """Return the URL's arguments for a view that differs in this, from its first page on unless it says where."""
        plain, wanted = self.plain(), asdict(self) | {"after": None} | changes
        return {name: value for name, value in wanted.items() if value != plain[name]}

    def chips(self) -> list[tuple[str, str]]:
        """Return what the list is narrowed to besides words and status: each with the URL of the list without it."""
        return []

    def url(self, **changes: Any) -> str:
        """Return the URL of a view that differs in this."""
        return url_for(self.ENDPOINT, **self.but(**changes))

    @property
    def sorted_by(self) -> str:
        """The column that it is sorted by."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the last come first."""
        return self.sort.startswith("-")

    def next_sort(self, column: str) -> str:
        """Return the order that a click on the column asks for: its own first, then the other way round."""
        if column == self.sorted_by:
            return column if self.descending else f"-{column}"
        return f"-{column}" if column in NEWEST_FIRST else column
