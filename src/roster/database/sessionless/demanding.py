"""`demanding()`: what must be so for a block, or nothing of it is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from roster.database.engine import demand
from roster.database.failure import is_unmet
from roster.database.sessionless.reading import reading


class Unmet(Exception):  # noqa: N818 - it says what happened
    """What was demanded is not so; nothing was done."""


@contextmanager
def demanding(rows: str) -> Iterator[None]:
    """Let what the block asks of the database be done only if there is exactly one of these rows.

    The first statement takes the question along: it costs no round trip. If the block sends none, it is asked at the
    end, so that nothing leaves the block unchecked.

    Args:
        rows: SQL from FROM on, complete, without parameters.

    Raises:
        Unmet: there is none. The block can be run again, for nothing of it was done.
    """
    demanded = demand.Demand(rows)
    mark = demand.current.set(demanded)
    try:
        try:
            yield
        except SQLAlchemyError:
            raise  # the database is away, or has answered: either way there is nothing to ask
        except Exception:
            _ask(demanded)
            raise
        _ask(demanded)
    except SQLAlchemyError as error:
        if is_unmet(error):
            raise Unmet from error
        raise
    finally:
        demand.current.reset(mark)


def _ask(demanded: demand.Demand) -> None:
    """Ask by itself what no statement took along."""
    if not demanded.is_met:
        with reading() as connection:
            connection.exec_driver_sql("SELECT")
