"""Whoever works on a connection, and what is refused to everybody else."""

from collections.abc import Collection
from typing import Any, NoReturn, Protocol

from roster.database.failure import TransactionError


class Borrower(Protocol):
    """Whoever works on a connection, as far as the connection has to know them."""

    writable: bool
    ending: bool
    trespass: str | None
    lock_timeout: float
    statements: int
    _flushing: bool

    def touch(self, tables: Collection[Any] | None, *, may_be_gone: bool) -> None:
        """Learn that Core wrote to these tables (None: nobody knows to which), and whether it may have deleted."""


def refuse(verb: str) -> NoReturn:
    """Say that this is not how work begins and ends here."""
    raise TransactionError(f"Only transaction() may {verb}: a service opens it, everything else works inside it.")


def refuse_stranger(borrower: Borrower | None, verb: str) -> NoReturn:
    """Say so, and make sure that the transaction can't commit even if nobody listens."""
    if borrower is not None:
        borrower.trespass = f"Something other than transaction() tried to {verb}"
    refuse(verb)
