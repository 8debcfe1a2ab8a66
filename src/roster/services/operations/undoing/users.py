"""Users as they were before an operation, in sets; whom somebody has changed since is left as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from roster.database import Session, core_of, each
from roster.models import Actor
from roster.models.user import DERIVED_FROM, derived
from roster.repositories import core
from roster.repositories.core.history.events import Change
from roster.services.operations.outcome import Outcome
from roster.services.operations.undoing.told import THERE, ToldUser, plain
from roster.services.operations.ways import taken_by

Users = Mapping[UUID, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Undoing:
    """An undo while it runs: of which operation, and since which event of it."""

    session: Session
    actor: Actor
    at: datetime
    operation_id: UUID
    since: UUID
    outcome: Outcome

    @property
    def connection(self) -> Connection:
        """Where to work."""
        return core_of(self.session)

    @property
    def told(self) -> dict[str, Any]:
        """What every event of it says."""
        return {"undone": [None, str(self.operation_id)]}


def give_back(undoing: Undoing, told: Sequence[ToldUser]) -> None:
    """Bring these users back to what they were."""
    key, ids = undoing.actor.organization_id, [one.id for one in told]
    users = core.user_sets.in_full(undoing.connection, key, ids)
    later = _later(undoing, ids)
    due = [one for one in told if _is_due(undoing, one, users.get(one.id), later.get(one.id, []))]
    due.sort(key=_turn)
    skipped = each(undoing.session, due, lambda some: _write(undoing, some, users))
    for one in skipped:
        undoing.outcome.skip(one.item.id, taken_by(one.reason))
    undoing.outcome.done += len(due) - len(skipped)


def _later(undoing: Undoing, ids: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    """What others did to these users since, by user."""
    found: dict[UUID, list[Row[Any]]] = {}
    key, operation_id = undoing.actor.organization_id, undoing.operation_id
    for row in core.operations.later(
        undoing.connection, key, operation_id, since=undoing.since, subject_ids=ids, object_ids=()
    ):
        found.setdefault(row.subject_id, []).append(row)
    return found


def _is_due(undoing: Undoing, told: ToldUser, user: Mapping[str, Any] | None, later: Sequence[Row[Any]]) -> bool:
    """Whether there is something to give back, and nobody in the way; else the outcome says what is."""
    others = _others(told, later)
    if user is None:
        undoing.outcome.skip(told.id, "purged")
    elif told.unknown and not told.is_new:
        undoing.outcome.skip(told.id, "cannot_be_undone")
    elif others or not _is_as_left(told, user):
        undoing.outcome.skip(told.id, "changed_since", by=others[-1] if others else None)
    elif not told.fields() and told.was.get("there") == told.left.get("there"):
        undoing.outcome.unchanged(told.id)
    else:
        return True
    return False


def _others(told: ToldUser, later: Sequence[Row[Any]]) -> list[str]:
    """Who changed since what is to be given back; of one who was made, anything."""
    about = {*told.was, "there"}
    return [row.actor_label for row in later if row.id > told.last and (told.is_new or _touched(row) & about)]


def _touched(row: Row[Any]) -> set[str]:
    return {*row.changes, "there"} if row.action in THERE else {*row.changes}


def _is_as_left(told: ToldUser, user: Mapping[str, Any]) -> bool:
    there = told.left.get("there", "live")
    if (there == "deleted") != (user["deleted_at"] is not None):
        return False
    if there == "deleted" and told.deleted_at not in (None, user["deleted_at"]):
        return False
    return all(plain(name, user[name]) == plain(name, told.left[name]) for name in told.fields())


def _turn(told: ToldUser) -> int:
    """Who goes makes room first, who comes back takes it last."""
    return {"live": 2}.get(told.was.get("there", ""), 1) if told.left.get("there") != "live" else 0


def _write(undoing: Undoing, some: Sequence[ToldUser], users: Users) -> None:
    connection, key, at = undoing.connection, undoing.actor.organization_id, undoing.at
    going = [one.id for one in some if _goes(one)]
    coming = [one.id for one in some if _comes(one)]
    core.user_sets.soft_delete(connection, key, going, at=at)
    _write_fields(undoing, [one for one in some if one.fields()], users)
    core.user_sets.restore(connection, key, coming, at=at)
    changes = [change for one in some for change in _changes(undoing, one, users[one.id])]
    core.events.record_all(connection, undoing.actor, changes, at=at)


def _goes(told: ToldUser) -> bool:
    return told.left.get("there") == "live" and told.was["there"] != "live"


def _comes(told: ToldUser) -> bool:
    return told.left.get("there") == "deleted" and told.was["there"] == "live"


def _write_fields(undoing: Undoing, some: Sequence[ToldUser], users: Users) -> None:
    """Write the fields that differ for anybody, and what is computed of them."""
    if not some:
        return
    after = [_after(one, users[one.id]) | {"updated_at": undoing.at} for one in some]
    columns = {name for one in some for name in one.fields()}
    if columns & {*DERIVED_FROM, "emails"}:
        for user in after:
            user |= derived(user, user["emails"])
        columns |= derived(after[0], after[0]["emails"]).keys()
    core.user_sets.write(
        undoing.connection, undoing.actor.organization_id, after, {*columns, "updated_at"} - {"emails"}
    )
    moved = {one.id for one in some if "emails" in one.fields()}
    addresses = {user["id"]: user["emails"] for user in after if user["id"] in moved}
    core.user_sets.replace_emails(undoing.connection, undoing.actor.organization_id, addresses)


def _after(told: ToldUser, user: Mapping[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = {"attributes": {}, "emails": []}
    return {**user, **{name: value or empty.get(name, value) for name, value in told.fields().items()}}


def _changes(undoing: Undoing, told: ToldUser, user: Mapping[str, Any]) -> list[Change]:
    """The events of one: that they came or went, that they were suspended or not, and all else."""
    fields = {name: [told.left[name], value] for name, value in told.fields().items()}
    label = fields.get("user_name", [None, user["user_name"]])[1]
    apart: list[tuple[str, dict[str, Any]]] = []
    if _goes(told) or _comes(told):
        apart.append(("user.deleted" if _goes(told) else "user.restored", {}))
    if "active" in fields:
        turn = fields.pop("active")
        apart.append(("user.activated" if turn[1] else "user.suspended", {"active": turn}))
    if fields:
        apart.append(("user.changed", fields))
    return [Change(action, told.id, label, {**what, **undoing.told}) for action, what in apart]
