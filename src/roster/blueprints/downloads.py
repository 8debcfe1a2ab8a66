"""Files that are sent by us, made while they are sent."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from werkzeug import Response

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


class _Stream:
    """Parts of a file. However the reader leaves, what they are made of is closed."""

    def __init__(self, parts: Iterator[bytes], source: Iterator[Any]) -> None:
        self.parts, self.source = parts, source

    def __iter__(self) -> Iterator[bytes]:
        return self.parts

    def close(self) -> None:
        """End the reading; the server calls it at the end, or when the reader went away."""
        self.source.close()  # type: ignore[attr-defined] # a generator


def download(parts: Iterator[bytes], source: Iterator[Any], name: str) -> Response:
    """Answer a file of this name, whose ending says what it is.

    The first part is made at once: a failure to begin is told as such, not as half a file.

    Args:
        parts: the file.
        source: the generator that holds what the parts are made of.
        name: what the file is called.
    """
    first = next(parts, b"")
    response = Response(_Stream(chain([first], parts), source), content_type=TYPES[name.rpartition(".")[2]])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
