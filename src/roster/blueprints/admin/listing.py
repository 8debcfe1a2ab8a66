"""What a list shows: all of it is in the URL."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from roster.blueprints.admin.forms import flat
from roster.errors import INVALID_INPUT, AppException
from roster.schemas.users import UserQuery

NEWEST_FIRST = {"created_at", "updated_at"}


@dataclass(frozen=True, slots=True)
class Listing:
    """One view of the people: which, in what order, from where on, how many."""

    q: str = ""
    status: str = "live"
    sort: str = "display_name"
    after: str | None = None
    limit: int = 50

    @classmethod
    def asked(cls, arguments: Mapping[str, str]) -> "Listing":
        """Return the view that a URL asks for.

        Raises:
            AppException: INVALID_INPUT; a filter that makes no sense is never ignored.
        """
        given = {name: value for name, value in arguments.items() if value}
        try:
            return cls(**UserQuery(unknown=EXCLUDE).load(asdict(cls()) | given))
        except ValidationError as error:
            raise AppException(INVALID_INPUT, fields=dict(flat(error.messages))) from error

    def options(self) -> dict[str, Any]:
        """Return the arguments for `services.users.search`."""
        return asdict(self)

    def but(self, **changes: Any) -> dict[str, Any]:
        """Return the URL's arguments for a view that differs in this, from its first page on unless it says where."""
        plain, wanted = asdict(Listing()), asdict(self) | {"after": None} | changes
        return {name: value for name, value in wanted.items() if value != plain[name]}

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
