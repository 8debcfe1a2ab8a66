"""New users in sets: their rows, their addresses and the events that tell of them, in one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from roster.models import Actor, Event, User, UserEmail
from roster.repositories.core import events
from roster.repositories.core.columns import Columns

_EMAILS = Columns.of(
    "email", UserEmail.__table__, ["user_id", "position", "value", "value_key", "type", "display", "primary"]
)
_EVENTS = Columns.of("event", Event.__table__, ["id", "subject_id", "subject_label", "changes"])


def add_all(
    connection: Connection,
    actor: Actor,
    users: Sequence[Mapping[str, Any]],
    emails: Sequence[Mapping[str, Any]],
    changes: Sequence[events.Change],
    *,
    at: datetime,
) -> set[UUID]:
    """Add many users, and return the ids of those whose user name somebody else took meanwhile: they are left out.

    Args:
        connection: where to write.
        actor: who adds them, to which organization.
        users: the rows, all of the same columns; what is the same in all of them is filled in here.
        emails: rows of their addresses.
        changes: what the events tell, one for each user.
        at: the time that all of it counts from.
    """
    if not users:
        return set()
    columns = _columns(tuple(users[0]))
    told = [
        {"id": uuid7(), "subject_id": one.subject_id, "subject_label": one.subject_label, "changes": one.changes}
        for one in changes
    ]
    sent = columns.sent(users) | _EMAILS.sent(emails) | _EVENTS.sent(told)
    same = {f"same_{name}": value for name, value in _plain(events.shared(actor, at)).items()}
    left_out = connection.exec_driver_sql(_adding(tuple(users[0])), {**sent, **same, "action": "user.created"})
    return {UUID(row.id) for row in left_out}


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
