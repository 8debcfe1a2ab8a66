"""SQL that is written out takes a short way: it needs no compiler, no types and no cursor that stays open."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg2 import Error as DriverError
from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData


class Written:
    """What those who listen to statements are told of one that is written out."""

    __slots__ = ("name_before", "statement")

    compiled, isddl, isdelete, is_text = None, False, False, True

    def __init__(self, statement: str) -> None:
        self.statement = statement


class Answer(IteratorResult[Any]):
    """The rows of a statement, all fetched, and how many it found or changed."""

    def __init__(self, names: tuple[str, ...], rows: Iterator[Any], rowcount: int) -> None:
        super().__init__(_described(names), rows)
        self.rowcount = rowcount


class LentConnection(Connection):
    """SQLAlchemy's connection, with the short way: a third of what `exec_driver_sql` costs otherwise.

    What is lent to nobody (a migration, a tool) goes SQLAlchemy's own way. Whoever listens, listens to the engine: it
    has no listeners of its own, which SQLAlchemy would join with the engine's anew for each connection.
    """

    def __init__(self, engine: Engine, connection: PoolProxiedConnection | None = None, **options: Any) -> None:
        self.dispatch = engine.dispatch
        super().__init__(engine, connection, **options | {"_has_events": True})

    def exec_driver_sql(
        self, statement: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None, execution_options: Any = None
    ) -> Any:
        """Execute SQL that is written out, with parameters of one execution, and fetch all that it gives."""
        if execution_options or isinstance(parameters, list) or not self._is_at_work():
            return super().exec_driver_sql(statement, parameters, execution_options)
        cursor = self.connection.cursor()
        told = Written(statement)
        for listener in self.dispatch.before_cursor_execute:
            statement, parameters = listener(self, cursor, statement, parameters, told, False)
        try:
            return self._answer(cursor, statement, parameters, told)
        except BaseException as error:
            if isinstance(error, Exception) and not isinstance(error, DriverError):
                raise
            self._handle_dbapi_exception(error, statement, parameters, cursor, None)

    def _is_at_work(self) -> bool:
        """Whether it is lent to somebody, and nothing stands in the way; what does, SQLAlchemy says best."""
        if (lent := self._dbapi_connection) is None or lent.dbapi_connection.borrower is None:  # type: ignore[union-attr] # our driver's
            return False
        unit, nested = self.get_transaction(), self.get_nested_transaction()
        return (unit is None or unit.is_active) and (nested is None or nested.is_active)

    def _answer(self, cursor: Any, statement: str, parameters: Any, told: Written) -> Answer:
        cursor.execute(statement, parameters)
        for listener in self.dispatch.after_cursor_execute:
            listener(self, cursor, statement, parameters, told, False)
        if cursor.description is None:
            return Answer((), iter(()), cursor.rowcount)
        return Answer(tuple([one.name for one in cursor.description]), iter(cursor.fetchall()), cursor.rowcount)


@lru_cache(maxsize=512)
def _described(names: tuple[str, ...]) -> SimpleResultMetaData:
    return SimpleResultMetaData(names)
