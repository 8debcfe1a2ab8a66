"""What must be so for a statement to be done: PostgreSQL itself checks it, in the statement's own message."""

from contextvars import ContextVar
from dataclasses import dataclass

from roster.database.failure import UNMET


@dataclass(slots=True)
class Demand:
    """That exactly one row is selected by `rows`, from FROM on: SQL that is complete, without parameters or `%`."""

    rows: str
    is_met: bool = False

    @property
    def rider(self) -> str:
        """Sets what is set already, if there is the row; else it names a setting that nobody knows, which fails.

        Nothing else that plain SQL can do in one statement fails in a class of errors of its own.
        """
        name = f"CASE count(*) WHEN 1 THEN 'lock_timeout' ELSE '{UNMET}' END"
        return f"SELECT set_config({name}, current_setting('lock_timeout'), true) {self.rows}; "


current: ContextVar[Demand | None] = ContextVar("roster_demand", default=None)
