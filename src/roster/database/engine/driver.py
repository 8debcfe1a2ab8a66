"""psycopg2's connection, with a COMMIT that tells the truth."""

import re
from collections.abc import Callable
from time import monotonic
from typing import Any, Self

import psycopg2
from psycopg2.extensions import (
    STATUS_READY,
    TRANSACTION_STATUS_IDLE,
    TRANSACTION_STATUS_INERROR,
    TRANSACTION_STATUS_INTRANS,
)
from psycopg2.extensions import connection as DriverConnection  # noqa: N812 - a class that psycopg2 writes small

from roster.database.deadline import deadline, time_left
from roster.database.engine.borrower import Borrower
from roster.database.engine.demand import Demand
from roster.database.engine.outcome import TIMELINE, Outcome, outcome_of
from roster.database.failure import TransactionError
from roster.errors import OUTCOME_UNKNOWN, AppException

WARM = 5.0
"""Seconds without use after which a connection is not trusted without a ping."""

ASK = "SELECT pg_current_xact_id_if_assigned()"
_NOTED = re.compile(r" tx (\d+)$")
_FOR_COMMIT = 0.7
"""How much of the time left a COMMIT may take; the rest is for asking what became of it."""


class Connection(DriverConnection):
    """A connection that knows who borrowed it, which transaction it is in, and how to get another one like it."""

    borrower: Borrower | None = None
    patience: float | None = None
    reconnect: Callable[[], "Connection"]
    timeline: str | None = None
    transaction_id: int | None = None
    may_have_written = False
    has_begun = False
    """Whether a transaction was begun by words of ours: psycopg2 knows nothing of it."""
    demand: Demand | None = None
    """What the last statement asked for besides."""
    used_at = 0.0

    @property
    def is_warm(self) -> bool:
        """Whether it was in use just now, so that it can be expected to work."""
        return monotonic() - self.used_at < WARM

    @property
    def is_idle(self) -> bool:
        """Whether no transaction is open on the server."""
        return self.get_transaction_status() == TRANSACTION_STATUS_IDLE

    def prepare_for(self, reconnect: Callable[[], "Connection"]) -> Self:
        """Remember how to get another one like it, and on which timeline of the server's history this one works."""
        self.reconnect = reconnect
        self.autocommit = True
        try:
            self.timeline = self._ask(TIMELINE)
        except psycopg2.Error:
            if self.closed:
                raise
        return self

    def lend(self, borrower: Borrower, patience: float | None) -> None:
        """Work for somebody: who reads gets no transaction but that of each statement."""
        self.borrower, self.patience = borrower, patience

    def read_in_transaction(self) -> None:
        """Let what is read next be one READ ONLY transaction: several messages need one, and a cursor on the server."""
        self.autocommit = False  # first, or psycopg2 would set the session itself to READ ONLY
        self.readonly = True

    def take_back(self) -> None:
        """Work for nobody."""
        self.used_at, self.borrower, self.patience = monotonic(), None, None
        if not (self.autocommit or self.closed):
            self.readonly, self.autocommit = None, True

    def leave_to_psycopg2(self) -> None:
        """Let psycopg2 begin with the next statement, and end what was begun."""
        self.autocommit, self.has_begun = False, False

    def begin_afresh(self) -> str:
        """Forget the transaction before; return what has to be sent before the first statement of the new one."""
        self.transaction_id, self.may_have_written = None, False
        self.has_begun = self.autocommit  # else it has an isolation level of its own, and psycopg2 begins it
        return "BEGIN; " if self.has_begun else ""

    def reported_name(self) -> str | None:
        """Return the application_name as the server last reported it."""
        return self.get_parameter_status("application_name")

    def note_transaction(self, name_before: str | None) -> None:
        """Read the id that NOTE made the server report. What has not changed since is of an older transaction."""
        name = self.reported_name()
        if name != name_before and (found := _NOTED.search(name or "")):
            self.transaction_id = int(found[1])

    def commit(self) -> None:
        """Commit, and return only if that is certain.

        Where the connection is lost meanwhile, another one is asked what became of the transaction.

        Raises:
            TransactionError: a failed statement was swallowed, or something else ended the transaction.
            AppException: OUTCOME_UNKNOWN.
            psycopg2.Error: it was not committed.
        """
        self._refuse_what_would_not_commit()
        transaction_id = self._transaction_to_settle()
        self.notices = []
        try:
            self._commit_in_time()
        except psycopg2.Error as error:
            if not self.closed:
                raise
            self._settle(transaction_id, error)
        if self.notices:
            _demand_no_warning(self.notices)

    def rollback(self) -> None:
        """Roll back; a connection that is closed has nothing left to roll back."""
        if self.closed:
            return
        if self.has_begun:
            self._end("ROLLBACK")
        elif self.status != STATUS_READY:
            super().rollback()

    # The pool resets what it gets back, whatever state that is in; an error there would keep the place occupied.

    def set_isolation_level(self, level: int | None) -> None:
        """Set it, unless the connection is closed."""
        if not self.closed:
            super().set_isolation_level(level)

    def _refuse_what_would_not_commit(self) -> None:
        status = self.get_transaction_status()
        if status == TRANSACTION_STATUS_INERROR:
            raise TransactionError("A statement failed and its failure was swallowed: PostgreSQL would roll back.")
        if status == TRANSACTION_STATUS_IDLE and (self.has_begun or self.status != STATUS_READY):
            raise TransactionError("Something else ended the transaction.")

    def _transaction_to_settle(self) -> int | None:
        if self.transaction_id is None and self.may_have_written:
            self.transaction_id = int(self._ask(ASK) or 0) or None
        return self.transaction_id

    def _ask(self, question: str) -> str | None:
        with self.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone()
        return row[0] if row else None

    def _commit_in_time(self) -> None:
        if self.get_transaction_status() != TRANSACTION_STATUS_INTRANS or (left := time_left()) is None:
            self._commit()
        else:
            with deadline(left * _FOR_COMMIT):
                self._commit()

    def _commit(self) -> None:
        if self.has_begun:
            self._end("COMMIT")
        else:
            super().commit()

    def _end(self, word: str) -> None:
        self.has_begun = False
        with self.cursor() as cursor:
            cursor.execute(word)

    def _settle(self, transaction_id: int | None, error: psycopg2.Error) -> None:
        if transaction_id is None:
            raise error
        outcome = outcome_of(transaction_id, self.timeline, self.reconnect)
        if outcome is Outcome.UNKNOWN:
            raise AppException(OUTCOME_UNKNOWN) from error
        if outcome is Outcome.ABORTED:
            raise error


def _demand_no_warning(notices: Any) -> None:
    """Refuse a COMMIT with a warning: that the wait for the synchronous standby was cancelled is told in no other way.

    The words are in the server's language, so anything that is not plainly less than a warning counts.
    """
    if any(not notice.startswith(("NOTICE:", "INFO:", "LOG:", "DEBUG:")) for notice in notices):
        raise AppException(OUTCOME_UNKNOWN)
