"""Requests that are done once, however often they come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from roster.database import composing, core_of, registry, transaction, transactional
from roster.errors import IDEMPOTENCY_KEY_REUSED, AppException
from roster.repositories import core
from roster.repositories.core.idempotency import Key

__all__ = ["KEPT_FOR", "Answer", "Key", "forget", "once"]

KEPT_FOR = timedelta(hours=24)
"""How long an answer is kept, as docs/api.md says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door answers. `replayed` where it was answered before."""

    status: int
    headers: dict[str, str]
    body: bytes
    replayed: bool = False


@composing
def once(key: Key, fingerprint: bytes, work: Callable[[], Answer], *, at: datetime) -> Answer:
    """Do the work and keep its answer, in one transaction; or return what was answered the first time.

    Of two that come at once, one waits for the other. Work that fails leaves nothing, so the key can be used again.
    Repeats itself, work included, when PostgreSQL asks for it.

    Args:
        key: whose request, by which key.
        fingerprint: of everything that makes the request what it is.
        work: calls services, which join this transaction.
        at: the time it counts from.

    Raises:
        AppException: IDEMPOTENCY_KEY_REUSED: the key came before, with another request. And whatever the work raises.
    """
    with transaction(registry()) as session:
        if not core.idempotency.claim(core_of(session), key, fingerprint, at=at):
            kept = core.idempotency.get(core_of(session), key)
            if kept.fingerprint != fingerprint:
                raise AppException(IDEMPOTENCY_KEY_REUSED)
            return Answer(kept.status, kept.headers, kept.body, replayed=True)
        answer = work()
        core.idempotency.keep(core_of(session), key, status=answer.status, headers=answer.headers, body=answer.body)
    return answer


@transactional
def forget(organization_id: UUID, *, at: datetime) -> int:
    """Forget the organization's answers that are older than they are kept; return how many. Rolls back as one."""
    with transaction(registry()) as session:
        return core.idempotency.forget(core_of(session), organization_id, before=at - KEPT_FOR)
