"""Administrators: the lock that keeps an owner, and what was done to administrators."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Result, Row, insert, select, text
from uuid_utils.compat import uuid7

from roster.models import Actor, AdministratorEvent

_LOCK = text("SELECT pg_advisory_xact_lock(730521193843)")


def lock(connection: Connection) -> None:
    """Let nobody else change who is an owner until this transaction ends."""
    connection.execute(_LOCK)


def record(
    connection: Connection, actor: Actor, action: str, subject_label: str, changes: Mapping[str, Any], *, at: datetime
) -> None:
    """Write down what was done to an administrator, in the transaction that does it."""
    connection.execute(
        insert(AdministratorEvent),
        {
            "id": uuid7(),
            "at": at,
            "action": action,
            "subject_label": subject_label,
            "actor_label": actor.label,
            "door": actor.door,
            "request_id": actor.request_id,
            "changes": dict(changes),
        },
    )


def events(connection: Connection, *, limit: int) -> Sequence[Row[Any]]:
    """Return what was done to administrators, the newest first."""
    statement = select(AdministratorEvent.__table__).order_by(AdministratorEvent.id.desc()).limit(limit)
    result: Result[Any] = connection.execute(statement)
    return result.all()
