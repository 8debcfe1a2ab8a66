"""A file in pieces, one made while another is written."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from typing import Generic, TypeVar

from roster.database import while_waiting

T = TypeVar("T")


def pieces_of(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Give the items, so many at a time."""
    items = iter(items)
    while piece := list(islice(items, size)):
        yield piece


def ahead(makers: Iterable[Callable[[], T | None]], use: Callable[[T], object]) -> None:
    """Use what each of them makes, until one makes nothing; while PostgreSQL works on one, Python makes the next.

    To find the next maker may ask the database; to make something may not.
    """
    coming: _Coming[T] | None = None
    for maker in makers:
        following = _Coming(maker)
        if coming is not None:
            if (made := coming.result()) is None:
                return
            with while_waiting(following.make):
                use(made)
        coming = following
    if coming is not None and (made := coming.result()) is not None:
        use(made)


class _Coming(Generic[T]):
    """What is made when there is time for it, or when it is wanted."""

    def __init__(self, maker: Callable[[], T | None]) -> None:
        self._maker = maker
        self._made: Future[T | None] = Future()

    def make(self) -> None:
        """Make it, unless it is made; what goes wrong comes out where it is wanted."""
        if not self._made.done():
            try:
                self._made.set_result(self._maker())
            except Exception as error:
                self._made.set_exception(error)

    def result(self) -> T | None:
        """Return it."""
        self.make()
        return self._made.result()
