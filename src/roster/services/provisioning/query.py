"""What a list of users or groups is asked for, and what was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row

from roster.repositories.core.keyset import Page
from roster.scim.grammar import AttributePath, Filter


@dataclass(frozen=True, slots=True)
class Query:
    """Which, in what order, and which part of them.

    condition: a resolved filter; None for all.
    limit: rows; with 0 they are only counted.
    sort_by: a resolved attribute; None sorts by id.
    descending: the other way round.
    start: how many to leave out.
    after: the `next` of the page before, "" for the first; None pages by `start`.
    related: whether a user's groups, or a group's members, are read.
    counted: whether the total is wanted.
    """

    condition: Filter | None = None
    limit: int = 100
    sort_by: AttributePath | None = None
    descending: bool = False
    start: int = 0
    after: str | None = None
    related: bool = True
    counted: bool = True

    def part(self) -> dict[str, Any]:
        """Return the arguments of a repository's `page` that say which part, and in what order."""
        return {
            "limit": self.limit,
            "sort_by": self.sort_by,
            "descending": self.descending,
            "start": self.start,
            "after": self.after,
            "counted": self.counted,
        }


class Found(NamedTuple):
    """One page; how many there are in all, None where nobody asked; and where the next page begins, if there is one."""

    rows: Sequence[Row[Any]]
    total: int | None
    next: str | None


def found(query: Query, page: Callable[[], Page], count: Callable[[], int]) -> Found:
    """Return what a query finds, in one statement unless the page is empty, or the last that cursors lead to."""
    one = page() if query.limit else Page((), None)
    total = _total(query, one.rows)
    if total is None and query.counted:
        total = count()
    return Found(one.rows, total, one.next)


def _total(query: Query, rows: Sequence[Row[Any]]) -> int | None:
    """How many there are, where a page tells: it is full, or it is the last one and begins where it was told to."""
    if len(rows) < query.limit and not query.after:
        return query.start + len(rows) if rows or not query.start else None
    total: int | None = rows[0].total if rows and query.counted else None
    return total
