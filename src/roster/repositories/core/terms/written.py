"""Statements that are written once, and given to the driver as they are: to look one up costs more than to send it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Result, Select
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

_DIALECT: Dialect = PGDialect_psycopg2()  # type: ignore[no-untyped-call] # SQLAlchemy gives it no type


@dataclass(frozen=True, slots=True)
class Written:
    """A statement: its text, what is bound in it, and what makes of a value what the driver knows."""

    text: str
    bound: Mapping[str, Any]
    readers: Mapping[str, Callable[[Any], Any]]

    @classmethod
    def of(cls, statement: Select[Any]) -> "Written":
        """Return this statement; the types of what it selects are the driver's own."""
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        types = {name: bind.type.dialect_impl(_DIALECT) for bind, name in compiled.bind_names.items()}
        readers = {name: kind.bind_processor(_DIALECT) for name, kind in types.items()}
        return cls(str(compiled), compiled.params, {name: read for name, read in readers.items() if read})

    def execute(self, connection: Connection, given: Mapping[str, Any]) -> Result[Any]:
        """Return what it finds with these values."""
        values = {**self.bound, **given}
        for name, read in self.readers.items():
            values[name] = read(values[name])
        return connection.exec_driver_sql(self.text, values)
