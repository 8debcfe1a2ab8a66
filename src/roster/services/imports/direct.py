"""Lines at hand, imported at once without a job."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from roster.database import registry, savepoint, transaction, transactional
from roster.models import Actor
from roster.normal_form import name_key
from roster.services.imports.pieces import pieces_of
from roster.services.imports.taking import taken
from roster.services.imports.terms import PART, Line, OnError, Refused, Report, RolledBack


@transactional
def users(
    actor: Actor,
    lines: Sequence[Line],
    refused: Sequence[Refused] = (),
    *,
    on_error: OnError,
    at: datetime,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """Create and update users by user name from lines at hand, all in one transaction.

    Where a record can't be taken, `skip` leaves it out and keeps the rest; `rollback` keeps nothing of the file.
    Repeats itself when PostgreSQL asks for it.

    Args:
        actor: who imports, into which organization.
        lines: valid records.
        refused: records that were found invalid before; they count.
        on_error: what a refused record means for the rest.
        at: the time it counts from.
        progress: is told how many records are done, each time some more are.
    """
    good, repeated = _without_repeats(lines)
    report = Report()
    try:
        with transaction(registry()) as session, savepoint(session):
            report = taken(session, actor, lambda: pieces_of(good, PART), at, progress)
            report.refused += [*refused, *repeated]
            if report.refused and on_error == "rollback":
                raise RolledBack
    except RolledBack:
        report = Report(refused=report.refused, kept=False)
    report.refused.sort(key=lambda refused: refused.number)
    return report


def _without_repeats(lines: Iterable[Line]) -> tuple[list[Line], list[Refused]]:
    first: dict[str, Line] = {}
    repeated = []
    for line in lines:
        same = first.setdefault(name_key(line.values["user_name"]), line)
        if same is not line:
            reason = f"user_name: line {same.number} has the same user name."
            repeated.append(Refused(line.number, line.values["user_name"], reason))
    return list(first.values()), repeated
