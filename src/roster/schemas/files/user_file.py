"""Files of users, of either format."""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, TypeVar

from roster.schemas.files import user_csv, user_jsonl
from roster.schemas.files.user_csv import Record

T = TypeVar("T")

FORMATS = ("csv", "jsonl")
READERS: dict[str, Callable[[Iterable[str]], Iterator[Record]]] = {"csv": user_csv.read, "jsonl": user_jsonl.read}


def read(file: BinaryIO, kind: str) -> Iterator[Record]:
    """Give every record of a file, from its beginning.

    Raises:
        AppException: MALFORMED_REQUEST, where the file as a whole can't be read.
    """
    return _lines(file, READERS[kind])


def read_cells(file: BinaryIO) -> Iterator[Record]:
    """Give every record of a CSV file as its cells alone, from its beginning; as `user_csv.read_cells`."""
    return _lines(file, user_csv.read_cells)


def columns(file: BinaryIO, kind: str) -> list[str]:
    """Return what the columns of a file are called; JSON lines have none.

    Raises:
        AppException: MALFORMED_REQUEST.
    """
    if kind != "csv":
        return []
    return next(_lines(file, lambda lines: iter([user_csv.read_header(lines)])))


def _lines(file: BinaryIO, reader: Callable[[Iterable[str]], Iterator[T]]) -> Iterator[T]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape")
    try:
        yield from reader(text)
    finally:
        text.detach()
