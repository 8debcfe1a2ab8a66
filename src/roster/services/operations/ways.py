"""The ways in which one thing is done to many people: in sets, each with an outcome of its own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from roster.database import Session, constraint, core_of, each
from roster.models import Actor, Group
from roster.repositories import core, orm
from roster.repositories.core.history.events import Change
from roster.services.operations import members
from roster.services.operations.outcome import Outcome, id_of


@dataclass(slots=True)
class Work:
    """An operation while it runs."""

    session: Session
    actor: Actor
    at: datetime
    reason: str | None = None
    outcome: Outcome = field(default_factory=Outcome)
    group: Group | None = None

    @property
    def connection(self) -> Connection:
        """Where to work."""
        return core_of(self.session)

    def hold(self, group_id: UUID) -> None:
        """Lock the group that it is about, and write down which it is."""
        key = self.actor.organization_id
        self.group = orm.groups.by_id(self.session, key, group_id, for_update=True)
        about = {"group": {"id": str(group_id), "name": self.group.display_name}}
        core.operations.tell(self.connection, key, id_of(self.actor), about)

    def due(self, ids: Sequence[UUID], missed: Callable[[Row[Any]], str | None]) -> dict[UUID, str]:
        """Lock these users; return the names of those to change, by id. `missed` says of the others why not."""
        rows = {row.id: row for row in core.user_sets.locked(self.connection, self.actor.organization_id, ids)}
        found = {}
        for key in ids:
            why = missed(rows[key]) if key in rows else "not_found"
            if why is None:
                found[key] = rows[key].user_name
            elif why:
                self.outcome.skip(key, why)
            else:
                self.outcome.unchanged(key)
        return found

    def done(self, action: str, names: Mapping[UUID, str], changes: Mapping[str, Any]) -> None:
        """Write down what was done to these users."""
        told = [Change(action, key, name, changes) for key, name in names.items()]
        core.events.record_all(self.connection, self.actor, told, at=self.at)


def _suspend(work: Work, ids: Sequence[UUID]) -> None:
    why = {"reason": [None, work.reason]} if work.reason else {}
    _set_active(work, ids, active=False, action="user.suspended", why=why)


def _activate(work: Work, ids: Sequence[UUID]) -> None:
    _set_active(work, ids, active=True, action="user.activated", why={})


def _set_active(work: Work, ids: Sequence[UUID], *, active: bool, action: str, why: Mapping[str, Any]) -> None:
    due = work.due(ids, lambda row: "deleted" if row.deleted_at else "" if row.active is active else None)
    core.user_sets.set_active(work.connection, work.actor.organization_id, due, active=active, at=work.at)
    work.done(action, due, {"active": [not active, active], **why})
    work.outcome.done += len(due)


def _delete(work: Work, ids: Sequence[UUID]) -> None:
    due = work.due(ids, lambda row: "" if row.deleted_at else None)
    core.user_sets.soft_delete(work.connection, work.actor.organization_id, due, at=work.at)
    work.done("user.deleted", due, {})
    work.outcome.done += len(due)


def _restore(work: Work, ids: Sequence[UUID]) -> None:
    taken = core.user_sets.with_taken_names(work.connection, work.actor.organization_id, ids)
    names = work.due(ids, lambda row: "" if not row.deleted_at else "user_name_taken" if row.id in taken else None)

    def bring_back(some: Sequence[UUID]) -> None:
        core.user_sets.restore(work.connection, work.actor.organization_id, some, at=work.at)
        work.done("user.restored", {key: names[key] for key in some}, {})

    skipped = each(work.session, list(names), bring_back)
    for one in skipped:
        work.outcome.skip(one.item, taken_by(one.reason))
    work.outcome.done += len(names) - len(skipped)


def taken_by(reason: Exception) -> str:
    """Return what somebody else has, as a violated constraint says."""
    return "external_id_taken" if "external_id" in (constraint(reason) or "") else "user_name_taken"


def _add(work: Work, ids: Sequence[UUID]) -> None:
    names, groups = work.due(ids, _gone), _held(work)
    group_id = next(iter(groups))
    pairs = {(group_id, key): work.at for key in names}
    added = members.put_in(work.connection, work.actor, pairs, groups, names, at=work.at, told={})
    _count(work, names, added)


def _remove(work: Work, ids: Sequence[UUID]) -> None:
    names, groups = work.due(ids, _gone), _held(work)
    group_id = next(iter(groups))
    pairs = [(group_id, key) for key in names]
    gone = members.take_out(work.connection, work.actor, pairs, groups, names, at=work.at, told={})
    _count(work, names, gone)


def _gone(row: Row[Any]) -> str | None:
    return "deleted" if row.deleted_at else None


def _held(work: Work) -> dict[UUID, Any]:
    if work.group is None:
        raise ValueError("this needs a group")
    return {work.group.id: work.group}


def _count(work: Work, names: Mapping[UUID, str], pairs: Collection[tuple[UUID, UUID]]) -> None:
    changed = {user_id for _, user_id in pairs}
    work.outcome.done += len(changed)
    for key in names:
        if key not in changed:
            work.outcome.unchanged(key)


WAYS: Mapping[str, Callable[[Work, Sequence[UUID]], None]] = {
    "suspend": _suspend,
    "activate": _activate,
    "delete": _delete,
    "restore": _restore,
    "add": _add,
    "remove": _remove,
}
DOABLE: Mapping[str, Callable[[Row[Any]], int]] = {
    "suspend": lambda found: found.active,
    "activate": lambda found: found.suspended,
    "delete": lambda found: found.active + found.suspended,
    "restore": lambda found: found.deleted,
    "add": lambda found: found.active + found.suspended - found.inside,
    "remove": lambda found: found.inside,
}
