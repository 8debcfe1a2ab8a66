"""Requests that are done once: claimed before, their answer kept after, both in the transaction that does them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from roster.models import IdempotentRequest


@dataclass(frozen=True, slots=True)
class Key:
    """Which request: a token's `Idempotency-Key`."""

    organization_id: UUID
    token_id: UUID
    key: str

    def row(self) -> dict[str, Any]:
        """Return the key's columns."""
        return {"organization_id": self.organization_id, "token_id": self.token_id, "key": self.key}


def claim(connection: Connection, key: Key, fingerprint: bytes, *, at: datetime) -> bool:
    """Claim the key; False if it was claimed before. While a twin is at work, this waits for how it ends."""
    row = key.row() | {"fingerprint": fingerprint, "status": 0, "headers": {}, "body": b"", "created_at": at}
    statement = insert(IdempotentRequest).values(row).on_conflict_do_nothing().returning(IdempotentRequest.key)
    return connection.execute(statement).first() is not None


def get(connection: Connection, key: Key) -> Row[Any]:
    """Return fingerprint, status, headers and body of what was answered."""
    columns = IdempotentRequest.__table__.c
    result: Result[Any] = connection.execute(
        select(columns.fingerprint, columns.status, columns.headers, columns.body).filter_by(**key.row())
    )
    return result.one()


def keep(connection: Connection, key: Key, *, status: int, headers: dict[str, str], body: bytes) -> None:
    """Keep what is answered."""
    statement = update(IdempotentRequest).filter_by(**key.row())
    connection.execute(statement.values(status=status, headers=headers, body=body))


def forget(connection: Connection, organization_id: UUID, *, before: datetime) -> int:
    """Forget the organization's requests that came before a time; return how many."""
    statement = delete(IdempotentRequest).where(
        IdempotentRequest.organization_id == organization_id, IdempotentRequest.created_at < before
    )
    return connection.execute(statement).rowcount
