"""Lines taken: matched with who is there, merged and written in sets; what PostgreSQL refuses is found one by one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from roster.database import Decision, Session, Skipped, constraint, core_of, decide, each, savepoint
from roster.models import Actor
from roster.models.imported import Imported
from roster.normal_form import name_key
from roster.repositories import core
from roster.services.imports.pieces import ahead, pieces_of
from roster.services.imports.terms import BATCH, Line, Refused, Report

TAKEN = "user_name: taken by another user."
REASONS = {"uq_user_user_name_live": TAKEN, "uq_user_external_id_live": "external_id: taken by another user."}


def taken(
    session: Session,
    actor: Actor,
    parts: Callable[[], Iterable[Sequence[Line]]],
    at: datetime,
    progress: Callable[[int], object],
) -> Report:
    """Take the lines; where PostgreSQL finds fault with some, which is rare, undo it, and look for them one by one."""
    try:
        with savepoint(session):
            return Taking(session, actor, at, progress).all(parts())
    except ValueError:
        pass
    except Exception as error:
        if decide(error) is not Decision.SKIP:
            raise
    return Taking(session, actor, at, progress, is_careful=True).all(parts())


@dataclass(slots=True)
class Taking:
    """Lines being taken, and what came of them so far."""

    session: Session
    actor: Actor
    at: datetime
    progress: Callable[[int], object]
    is_careful: bool = False
    report: Report = field(default_factory=Report)
    done: int = 0

    def all(self, parts: Iterable[Sequence[Line]]) -> Report:
        """Match, merge and write what is in the parts, one by one; return what came of it."""
        ahead(self._batches(parts), self._take)
        return self.report

    def _batches(self, parts: Iterable[Sequence[Line]]) -> Iterator[Callable[[], "_Batch"]]:
        """Match the parts, and give what merges some lines of them with those who are there."""
        organization_id = self.actor.organization_id
        for lines in parts:
            keyed = [(name_key(line.values["user_name"]), line) for line in lines]
            keys = [key for key, _ in keyed]
            existing = core.users.by_user_name_keys(core_of(self.session), organization_id, keys)
            for some in pieces_of(keyed, BATCH):
                yield partial(_merged, organization_id, some, existing, is_ready=not self.is_careful)

    def _take(self, batch: "_Batch") -> None:
        kinds: dict[int, str] = {}
        if batch.new is None:
            work = partial(self._try, kinds)
            self.report.refused += map(_refused, each(self.session, batch.users, work, declared=(ValueError,)))
        else:
            self._write(kinds, batch.users, batch.new)
        if not self.report.created and "created" in kinds.values():
            core.user_imports.analyze(core_of(self.session))
        self._count(batch.users, kinds)

    def _count(self, batch: Sequence[Imported], kinds: Mapping[int, str]) -> None:
        report = self.report
        found = list(kinds.values())
        report.created += found.count("created")
        report.updated += found.count("updated")
        report.unchanged += found.count("unchanged")
        taken = [user for user in batch if kinds.get(user.number) == "taken"]
        report.refused += [Refused(user.number, user.state["user_name"], TAKEN) for user in taken]
        self.done += len(batch)
        self.progress(self.done)

    def _try(self, kinds: dict[int, str], users: Sequence[Imported]) -> None:
        self._write(kinds, users, _new(users))

    def _write(self, kinds: dict[int, str], users: Sequence[Imported], new: core.user_imports.NewUsers) -> None:
        """Write some users, in sets; `each` may do again what it has only tried."""
        taken = core.user_imports.add_all(core_of(self.session), self.actor, new, at=self.at)
        self._update([user for user in users if user.kind == "updated"])
        kinds.update({user.number: "taken" if user.id in taken else user.kind for user in users})

    def _update(self, users: Sequence[Imported]) -> None:
        connection, actor, at = core_of(self.session), self.actor, self.at
        organization_id = actor.organization_id
        rows = [user.row | {"updated_at": at, "version": user.version} for user in users]
        core.users.update_all(connection, organization_id, rows)
        moved = [user for user in users if "emails" in user.changes]
        emails = [{"organization_id": organization_id, **email} for user in moved for email in user.emails]
        core.users.replace_emails(connection, organization_id, [user.id for user in moved], emails)
        core.events.record_all(connection, actor, [_change("user.changed", user) for user in users], at=at)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some users; those of them who are new, ready to be sent, unless they are to be tried."""

    users: Sequence[Imported]
    new: core.user_imports.NewUsers | None


def _new(users: Sequence[Imported]) -> core.user_imports.NewUsers:
    """Those of them who are new."""
    new = [user for user in users if user.is_new]
    emails = [email for user in new for email in user.emails]
    return core.user_imports.NewUsers.of(
        [user.row for user in new], emails, [_change("user.created", user) for user in new]
    )


def _change(action: str, user: Imported) -> core.events.Change:
    return core.events.Change(action, user.id, user.state["user_name"], user.told)


def _refused(skip: Skipped[Imported]) -> Refused:
    violated = constraint(skip.reason) or ""
    told = [reason for prefix, reason in REASONS.items() if violated.startswith(prefix)]
    return Refused(skip.item.number, skip.item.state["user_name"], (told or ["can't be stored as it is."])[0])


def _merged(
    organization_id: UUID, keyed: Sequence[tuple[str, Line]], existing: Mapping[str, Row[Any]], *, is_ready: bool
) -> _Batch:
    users = [Imported.of(organization_id, line.number, line.values, existing.get(key)).prepare() for key, line in keyed]
    return _Batch(users, _new(users) if is_ready else None)
