"""Imports: many users at once, created, updated or left as they are, with a report of what was refused and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row
from uuid_utils.compat import uuid7

from roster.database import Session, Skipped, constraint, core_of, each, registry, transaction, transactional
from roster.models import Actor
from roster.models.user import default_display_name, derived, with_primary
from roster.normal_form import cell, name_key
from roster.repositories import core

BATCH = 500
"""Rows that are matched and written together."""

OnError = Literal["skip", "rollback"]


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the file: its line (from 1, the header counts), and the columns that it gives."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """One record that was left out, and why."""

    number: int
    user_name: str
    reason: str


@dataclass(slots=True)
class Report:
    """What came of an import. `kept` is False where everything was rolled back."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    kept: bool = True


class _RolledBack(Exception):  # noqa: N818 - it says what happens
    """Leaves the transaction, with nothing kept."""


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
    """Create and update users by user name, all in one transaction. Repeats itself when PostgreSQL asks for it.

    Where a record can't be taken, `skip` leaves it out and keeps the rest; `rollback` keeps nothing of the file.

    Args:
        actor: who imports, into which organization.
        lines: valid records.
        refused: records that were found invalid before; they count.
        on_error: what a refused record means for the rest.
        at: the time it counts from.
        progress: is told how many records are done, each time some more are.
    """
    report = Report(refused=list(refused))
    try:
        with transaction(registry()) as session:
            _take_all(session, actor, _without_repeats(lines, report), report, at=at, progress=progress)
            if report.refused and on_error == "rollback":
                raise _RolledBack
    except _RolledBack:
        report.created = report.updated = report.unchanged = 0
        report.kept = False
    report.refused.sort(key=lambda refused: refused.number)
    return report


def _without_repeats(lines: Iterable[Line], report: Report) -> list[Line]:
    first: dict[str, Line] = {}
    for line in lines:
        same = first.setdefault(name_key(line.values["user_name"]), line)
        if same is not line:
            reason = f"user_name: line {same.number} has the same user name."
            report.refused.append(Refused(line.number, line.values["user_name"], reason))
    return list(first.values())


def _take_all(
    session: Session,
    actor: Actor,
    lines: Sequence[Line],
    report: Report,
    *,
    at: datetime,
    progress: Callable[[int], object],
) -> None:
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        outcome = _Outcome()
        skipped = each(session, batch, partial(outcome.take, session, actor, at=at))
        report.refused += [_refused(skip) for skip in skipped]
        outcome.add_to(report)
        progress(start + len(batch))


def _refused(skip: Skipped[Line]) -> Refused:
    reason = "user_name: taken by another user." if constraint(skip.reason) else "can't be stored as it is."
    return Refused(skip.item.number, skip.item.values["user_name"], reason)


@dataclass(slots=True)
class _Outcome:
    """What a batch came to, by line: `each` may do a line again that it has only tried."""

    kinds: dict[int, str] = field(default_factory=dict)

    def take(self, session: Session, actor: Actor, lines: Sequence[Line], *, at: datetime) -> None:
        """Write some lines of the batch, in sets."""
        connection, organization_id = core_of(session), actor.organization_id
        keys = [name_key(line.values["user_name"]) for line in lines]
        existing = core.users.by_user_name_keys(connection, organization_id, keys)
        merged = [_Merged.of(line.values, existing.get(key)) for line, key in zip(lines, keys, strict=True)]
        new = [user for user in merged if user.is_new]
        changed = [user for user in merged if not user.is_new and user.changes]
        moved = [user for user in changed if "emails" in user.changes]
        core.users.insert_all(
            connection, [user.new_row(organization_id, at) for user in new], _email_rows(organization_id, new)
        )
        core.users.update_all(connection, organization_id, [user.row(at) for user in changed])
        core.users.replace_emails(
            connection, organization_id, [user.id for user in moved], _email_rows(organization_id, moved)
        )
        core.events.record_all(connection, actor, [user.event() for user in (*new, *changed)], at=at)
        self.kinds |= {line.number: user.kind for line, user in zip(lines, merged, strict=True)}

    def add_to(self, report: Report) -> None:
        """Add this batch to the whole."""
        kinds = list(self.kinds.values())
        report.created += kinds.count("created")
        report.updated += kinds.count("updated")
        report.unchanged += kinds.count("unchanged")


PLAIN = ("user_name", "display_name", "given_name", "family_name", "title", "department", "active", "external_id")


@dataclass(frozen=True, slots=True)
class _Merged:
    """A user as the file wants them: what there was, under what the line gives."""

    id: UUID
    is_new: bool
    state: Mapping[str, Any]
    changes: Mapping[str, list[Any]]

    @classmethod
    def of(cls, values: Mapping[str, Any], row: Row[Any] | None) -> "_Merged":
        before = {name: getattr(row, name, None) for name in (*PLAIN, "attributes", "emails", "profile")}
        before["profile"] = before["profile"] or {}
        state = before | {name: values[name] for name in PLAIN if name in values}
        if row is None and state["active"] is None:
            state["active"] = True
        if row is not None and "display_name" not in values and row.display_name == _default_name(before):
            state["display_name"] = None  # nobody chose it: it follows the other names
        state["display_name"] = state["display_name"] or _default_name(state)
        state["attributes"] = _attributes(before["attributes"] or {}, values.get("attributes", {}))
        emails = before["emails"] or []
        state["emails"] = with_primary(emails, values["email"]) if "email" in values else emails
        changes = {name: [before[name], value] for name, value in state.items() if before[name] != value}
        return cls(uuid7() if row is None else row.id, row is None, state, changes)

    @property
    def kind(self) -> str:
        """What becomes of the line."""
        return "created" if self.is_new else "updated" if self.changes else "unchanged"

    def row(self, at: datetime) -> dict[str, Any]:
        columns = {name: value for name, value in self.state.items() if name != "emails"}
        return {"id": self.id, "updated_at": at} | columns | derived(columns, self.state["emails"])

    def new_row(self, organization_id: UUID, at: datetime) -> dict[str, Any]:
        return self.row(at) | {"organization_id": organization_id, "created_at": at, "version": 1}

    def event(self) -> core.events.Change:
        changes = {name: change for name, change in self.changes.items() if any(change)}
        return core.events.Change(
            "user.created" if self.is_new else "user.changed", self.id, self.state["user_name"], changes
        )


def _default_name(names: Mapping[str, Any]) -> str:
    return default_display_name(names["given_name"], names["family_name"], names["user_name"])


def _attributes(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What there was, under the columns of the line; an empty cell takes the attribute away."""
    new = {name: value for name, value in given.items() if cell(before.get(name)) != (value or "")}
    return {name: value for name, value in {**before, **new}.items() if name not in new or value is not None}


def _email_rows(organization_id: UUID, users: Sequence[_Merged]) -> list[dict[str, Any]]:
    return [
        {
            "organization_id": organization_id,
            "user_id": user.id,
            "position": position,
            "value_key": name_key(email["value"]),
            **email,
        }
        for user in users
        for position, email in enumerate(user.state["emails"])
    ]
