"""New users in sets: their rows, their addresses and the events that tell of them, in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from roster.models import Actor, Event, User, UserEmail
from roster.repositories.core.columns import Columns
from roster.repositories.core.history import events

_EMAILS = Columns.of(
    "email", UserEmail.__table__, ["user_id", "position", "value", "value_key", "type", "display", "primary"]
)
_EVENTS = Columns.of("event", Event.__table__, ["id", "subject_id", "subject_label", "changes"])


_IS_KNOWN = """
    SELECT EXISTS (
        SELECT FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'user' AND attname = 'deleted_at'
    )
"""


@dataclass(frozen=True, slots=True)
class NewUsers:
    """New users with their addresses, and the events that tell of them, in the form in which they are sent.

    Args:
        names: the columns of the users.
        sent: parameter → value.
    """

    names: tuple[str, ...]
    sent: Mapping[str, str]

    @classmethod
    def of(
        cls, users: Sequence[Mapping[str, Any]], emails: Sequence[Mapping[str, Any]], changes: Sequence[events.Change]
    ) -> "NewUsers":
        """Return what is to be added; to work it out needs no database.

        Args:
            users: the rows, all of the same columns, but for what is the same in all of them.
            emails: rows of their addresses.
            changes: what the events tell, one for each user.

        Raises:
            ValueError: a text can't be sent.
        """
        if not users:
            return cls((), {})
        names = tuple(users[0])
        told = [
            {"id": uuid7(), "subject_id": one.subject_id, "subject_label": one.subject_label, "changes": one.changes}
            for one in changes
        ]
        return cls(names, _columns(names).sent(users) | _EMAILS.sent(emails) | _EVENTS.sent(told))


def add_all(connection: Connection, actor: Actor, users: NewUsers, *, at: datetime) -> set[UUID]:
    """Add new users, and return the ids of those whose user name somebody else took meanwhile: they are left out.

    Args:
        connection: where to write.
        actor: who adds them, to which organization.
        users: who is added.
        at: the time that all of it counts from.
    """
    if not users.names:
        return set()
    same = {f"same_{name}": value for name, value in _plain(events.shared(actor, at)).items()}
    sent = {**users.sent, **same, "action": "user.created"}
    return {UUID(row.id) for row in connection.exec_driver_sql(_adding(users.names), sent)}


def analyze(connection: Connection) -> None:
    """Let PostgreSQL look at the people who are there, if it never did; where somebody else has it look, do nothing.

    Of a table that was never looked at it takes it that hardly a row is live, so that any index would do to find one:
    an import into a new database would read everybody for each name.
    """
    if not connection.exec_driver_sql(_IS_KNOWN).scalar():
        connection.exec_driver_sql('ANALYZE (SKIP_LOCKED) "user", user_email')


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


@cache
def _columns(names: Sequence[str]) -> Columns:
    return Columns.of("user", User.__table__, names)


@cache
def _adding(names: Sequence[str]) -> str:
    """The statement for users of these columns."""
    users = _columns(names)
    same = ("at", "actor_kind", "actor_id", "actor_label", "door", "request_id", "operation_id")
    told = ", ".join(f"%(same_{name})s{_CASTS.get(name, '')}" for name in same)
    return f"""
        WITH given AS MATERIALIZED {users.rows}, added AS (
            INSERT INTO "user" (organization_id, version, created_at, updated_at, {users.names()})
            SELECT %(same_organization_id)s, 1, %(same_at)s, %(same_at)s, {users.names()} FROM given
            ON CONFLICT DO NOTHING RETURNING id
        ), reached AS (
            INSERT INTO user_email (organization_id, {_EMAILS.names()})
            SELECT %(same_organization_id)s, {_EMAILS.names()} FROM {_EMAILS.rows} email
            WHERE user_id IN (SELECT id FROM added)
        ), told AS (
            INSERT INTO event (organization_id, action, {", ".join(same)}, {_EVENTS.names()})
            SELECT %(same_organization_id)s, %(action)s, {told}, {_EVENTS.names()}
            FROM {_EVENTS.rows} event WHERE subject_id IN (SELECT id FROM added)
        )
        SELECT id::text FROM given WHERE id NOT IN (SELECT id FROM added)
    """  # noqa: S608 - our own words


_CASTS = {"at": "::timestamptz", "actor_id": "::uuid", "operation_id": "::uuid"}
