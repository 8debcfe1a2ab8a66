"""A file in pieces, one made while another is written."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def pieces_of(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Give the items, so many at a time."""
    items = iter(items)
    while piece := list(islice(items, size)):
        yield piece


def ahead(pieces: Iterator[T]) -> Iterator[T]:
    """Give what comes; while PostgreSQL works on one piece, Python makes the next."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = pool.submit(next, pieces, None)
            yield piece
