"""What an operation comes to: begun once, counted while it runs, written down when it ends."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from roster.errors import OPERATION_NOT_FOUND, AppException
from roster.models import Actor
from roster.repositories import core

SET = 1000
"""How many are locked, changed and told of together."""


@dataclass(frozen=True, slots=True)
class Summary:
    """An operation as it was written down. `about` is what it was done with: a group, a reason, a search."""

    id: UUID
    kind: str
    at: datetime
    actor_label: str
    door: str
    about: Mapping[str, Any]
    done: int
    unchanged: int = 0
    skipped: int = 0
    undoes: UUID | None = None
    undone_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """One that was not changed: because there was nothing to change, or for a reason."""

    subject_id: UUID
    outcome: str
    reason: str = ""
    by: str | None = None
    group_id: UUID | None = None


@dataclass(slots=True)
class Outcome:
    """How many were changed so far, and who was not."""

    done: int = 0
    left: list[Left] = field(default_factory=list)

    def unchanged(self, subject_id: UUID) -> None:
        """Count one who was so already."""
        self.left.append(Left(subject_id, "unchanged"))

    def skip(self, subject_id: UUID, reason: str, *, by: str | None = None, group_id: UUID | None = None) -> None:
        """Count one who could not be changed, and say why."""
        self.left.append(Left(subject_id, "skipped", reason, by, group_id))

    def counts(self) -> dict[str, int]:
        """Return how many were done, unchanged and skipped."""
        kinds = [one.outcome for one in self.left]
        return {"done": self.done, "unchanged": kinds.count("unchanged"), "skipped": kinds.count("skipped")}


def id_of(actor: Actor) -> UUID:
    """Return the id of the operation that the actor does."""
    if actor.operation_id is None:
        raise ValueError("an operation needs an actor with an operation_id")
    return actor.operation_id


def begin(
    connection: Connection,
    actor: Actor,
    kind: str,
    about: Mapping[str, Any],
    *,
    at: datetime,
    undoes: UUID | None = None,
) -> bool:
    """Write down that an operation begins; False where the same one (a form sent twice) was done before."""
    told = {"id": id_of(actor), "kind": kind, "at": at, "actor_label": actor.label, "door": actor.door}
    return core.operations.add(connection, actor.organization_id, told | {"about": dict(about), "undoes": undoes})


def end(connection: Connection, actor: Actor, outcome: Outcome) -> None:
    """Write down what the operation came to."""
    organization_id, operation_id = actor.organization_id, id_of(actor)
    core.operations.leave_out(connection, organization_id, operation_id, [asdict(one) for one in outcome.left])
    core.operations.finish(connection, organization_id, operation_id, outcome.counts())


def summary(connection: Connection, organization_id: UUID, operation_id: UUID) -> Summary:
    """Return an operation; one that only its events tell of (as an import's) has the kind `events`.

    Raises:
        AppException: OPERATION_NOT_FOUND.
    """
    if row := core.operations.find_by_id(connection, organization_id, operation_id):
        return of_row(row)
    if (told := core.operations.told_by_events(connection, organization_id, operation_id)) is None:
        raise AppException(OPERATION_NOT_FOUND)
    return Summary(operation_id, "events", told.at, told.actor_label, told.door, {}, told.done)


def of_row(row: Any) -> Summary:
    """Return an operation as it stands in the table."""
    return Summary(**{name: getattr(row, name) for name in Summary.__slots__})
