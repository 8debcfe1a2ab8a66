"""Many rows in one statement, each of their columns as one text that PostgreSQL takes apart.

psycopg2 writes a list value by value, which takes longer than to store what is in it; and COPY can't be had where
waits have an end (`database/engine/waiting.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import FromClause
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

SEPARATOR, NULL = "\x1f", "\x1e"
"""Control characters: no text that came through a door has them (`clean_text`)."""
_DIALECT = PGDialect_psycopg2()  # type: ignore[no-untyped-call] # SQLAlchemy gives it no type


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


_WRITERS: Mapping[str, Callable[[Any], str]] = {"UUID": UUID.__str__, "JSONB": _json, "JSON": _json}


class Columns:
    """How some columns of many rows are sent, as the table `name` of a statement whose parameters begin with it.

    Args:
        name: what the statement calls the table.
        types: column → PostgreSQL's type. The first is never null.
    """

    def __init__(self, name: str, types: Mapping[str, str]) -> None:
        self.name = name
        self.types = types
        arrays = ", ".join(
            f"string_to_array(%({name}_{column})s, E'\\x1f', E'\\x1e')::{kind}[]" for column, kind in types.items()
        )
        first = next(iter(types))
        unnested = f'unnest({arrays}) AS "{name}" ({self.names()})'
        self.rows = f'(SELECT * FROM {unnested} WHERE "{first}" IS NOT NULL)'  # noqa: S608 - our own words

    @classmethod
    def of(cls, name: str, table: FromClause, names: Sequence[str]) -> "Columns":
        """Return how these columns of a table are sent; text as long as it is, for a cast would cut it."""
        kinds = {column: table.c[column].type.compile(_DIALECT) for column in names}
        return cls(name, {column: "TEXT" if kind.startswith("VARCHAR") else kind for column, kind in kinds.items()})

    def names(self, mark: str = "") -> str:
        """Return the columns' names for SQL, each with the mark before it."""
        return ", ".join(f'{mark}"{column}"' for column in self.types)

    def sent(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Return the parameters that hold these rows.

        Raises:
            ValueError: a text holds a character that separates texts here.
        """
        return {
            f"{self.name}_{column}": _joined([row[column] for row in rows], kind) for column, kind in self.types.items()
        }


def _joined(values: Sequence[Any], kind: str) -> str:
    """One text of all, and a null at the end: without it one empty text would be no text at all."""
    write = _WRITERS.get(kind)
    if write is None:
        texts = [NULL if value is None else value for value in values]
    else:
        texts = [NULL if value is None else write(value) for value in values]
    joined = SEPARATOR.join([*map(str, texts), NULL])
    if joined.count(SEPARATOR) != len(values) or joined.count(NULL) != texts.count(NULL) + 1:
        raise ValueError("Text must not contain the separators U+001E and U+001F.")
    return joined
