"""Many groups deleted or brought back at once: those that were chosen, or all that a search finds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from roster.database import Session, core_of, each, registry, transaction, transactional
from roster.errors import SELECTION_CHANGED, SELECTION_TOO_LARGE, AppException
from roster.models import Actor
from roster.repositories import core
from roster.services.operations.bulk import MOST, SAMPLE, Preview, Scope
from roster.services.operations.group_writes import come_or_go
from roster.services.operations.outcome import Outcome, Summary, begin, end, id_of, summary


@transactional
def preview(organization_id: UUID, kind: str, scope: Scope) -> Preview:
    """Count what `run` would do. Writes nothing.

    Raises:
        AppException: SELECTION_TOO_LARGE.
    """
    connection = core_of(registry())
    ids = _ids(connection, organization_id, scope)
    found = core.group_sets.shown(connection, organization_id, ids, limit=MOST)
    doable = [group for group in found if (group.deleted_at is not None) == (kind == "groups.restore")]
    return Preview(len(ids), len(doable), found[:SAMPLE])


@transactional
def run(actor: Actor, kind: str, scope: Scope, *, at: datetime, expected: int | None = None) -> Summary:
    """Delete many groups (`groups.delete`), or bring them back (`groups.restore`). Rolls back as one.

    Each that can't be changed is skipped, with the reason, and the rest is done; done again with the same operation
    id, it only says what was done the first time.

    Raises:
        AppException: SELECTION_CHANGED, SELECTION_TOO_LARGE.
    """
    with transaction(registry()) as session:
        connection, key = core_of(session), actor.organization_id
        if begin(connection, actor, kind, {} if scope.ids else {"search": dict(scope.search)}, at=at):
            ids = _ids(connection, key, scope)
            if expected not in (None, len(ids)):
                raise AppException(SELECTION_CHANGED)
            end(connection, actor, _run(session, actor, kind, ids, at=at))
        return summary(connection, key, id_of(actor))


def _ids(connection: Connection, organization_id: UUID, scope: Scope) -> Sequence[UUID]:
    found = sorted(set(scope.ids))
    if not found:
        asked = core.listing.Asked(**scope.search)
        found = [row.id for row in core.groups.page(connection, organization_id, asked=asked, limit=MOST + 1).rows]
    if len(found) > MOST:
        raise AppException(SELECTION_TOO_LARGE, f"More than {MOST:,} groups at once are too many; narrow the search.")
    return found


def _run(session: Session, actor: Actor, kind: str, ids: Sequence[UUID], *, at: datetime) -> Outcome:
    connection, key, outcome = core_of(session), actor.organization_id, Outcome()
    groups = core.member_sets.groups_locked(connection, key, ids)
    is_back = kind == "groups.restore"
    taken = core.group_sets.with_taken_names(connection, key, ids) if is_back else set()
    due: dict[UUID, str] = {}
    for group_id in ids:
        if group_id not in groups:
            outcome.skip(group_id, "not_found")
        elif (groups[group_id].deleted_at is not None) != is_back:
            outcome.unchanged(group_id)
        elif group_id in taken:
            outcome.skip(group_id, "group_name_taken")
        else:
            due[group_id] = groups[group_id].display_name
    skipped = each(
        session, list(due), lambda some: come_or_go(connection, actor, {one: due[one] for one in some}, is_back, at=at)
    )
    for one in skipped:
        outcome.skip(one.item, "group_name_taken")
    outcome.done += len(due) - len(skipped)
    return outcome
