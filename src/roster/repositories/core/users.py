"""Users in sets: pages, counts, bulk writes; and the changes that need not load anybody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, Uuid, cast, column, delete, func, insert, select, update, values
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm.exc import StaleDataError

from roster.models import User, UserEmail
from roster.normal_form import search_key
from roster.repositories.core.keyset import Order, Page
from roster.repositories.core.purge import purge_after

STATUSES = {
    "live": (User.deleted_at.is_(None),),
    "active": (User.deleted_at.is_(None), User.active.is_(True)),
    "suspended": (User.deleted_at.is_(None), User.active.is_(False)),
    "deleted": (User.deleted_at.is_not(None),),
}
SORTS = {
    "user_name": User.user_name_key,
    "display_name": User.display_name_key,
    "created_at": User.created_at,
    "updated_at": User.updated_at,
}

_EMAIL = func.jsonb_build_object(
    *("value", UserEmail.value, "type", UserEmail.type, "display", UserEmail.display, "primary", UserEmail.primary)
)
_EMAILS = (
    select(func.jsonb_agg(aggregate_order_by(_EMAIL, UserEmail.position)))
    .where(UserEmail.organization_id == User.organization_id, UserEmail.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
_EMAIL_VALUE = (
    select(UserEmail.value)
    .where(UserEmail.organization_id == User.organization_id, UserEmail.user_id == User.id)
    .order_by(UserEmail.primary.desc(), UserEmail.position)
    .limit(1)
    .correlate(User)
    .scalar_subquery()
)
COLUMNS = (
    User.id,
    User.user_name,
    User.display_name,
    User.given_name,
    User.family_name,
    _EMAIL_VALUE.label("email"),
    func.coalesce(_EMAILS, func.jsonb_build_array()).label("emails"),
    User.title,
    User.department,
    User.active,
    User.external_id,
    User.attributes,
    User.created_at,
    User.updated_at,
    User.deleted_at,
    User.purge_after,
    User.version,
)
"""What a page shows of a user, under the names it has in JSON."""


def page(
    connection: Connection,
    organization_id: UUID,
    *,
    q: str = "",
    status: str = "live",
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the users after the cursor, `limit` at most. Nobody who is there throughout is skipped or repeated.

    Args:
        connection: where to read.
        organization_id: whose users.
        q: words that must all occur in names or addresses, whatever their case and accents.
        status: one of STATUSES.
        sort: one of SORTS, with "-" before it for descending.
        after: the `next` of the page before.
        limit: rows.

    Raises:
        AppException: INVALID_CURSOR.
    """
    order = Order.named(sort, SORTS, User.id)
    statement = select(*COLUMNS, order.column.label("sort_value"))
    return order.page(connection, _matching(statement, organization_id, q=q, status=status), after, limit)


def count(connection: Connection, organization_id: UUID, *, q: str = "", status: str = "live") -> int:
    """Return how many users `page` would walk over."""
    statement = _matching(select(func.count()).select_from(User), organization_id, q=q, status=status)
    return connection.scalar(statement) or 0


def stream(connection: Connection, organization_id: UUID, *, batch: int = 1000) -> Iterator[Row[Any]]:
    """Give every live user, by user name, from one snapshot; `batch` rows are held at a time."""
    statement = _matching(select(*COLUMNS), organization_id, q="", status="live").order_by(User.user_name_key)
    yield from connection.execution_options(yield_per=batch).execute(statement)


def attribute_names(connection: Connection, organization_id: UUID) -> Sequence[str]:
    """Return the names of all attributes that live users have, sorted."""
    name = func.jsonb_object_keys(User.attributes).label("name")
    statement = select(name).where(User.organization_id == organization_id, User.deleted_at.is_(None)).distinct()
    return sorted(connection.scalars(statement))


def by_user_name_keys(connection: Connection, organization_id: UUID, keys: Iterable[str]) -> Mapping[str, Row[Any]]:
    """Return the live users of these names, by the normal form of the name."""
    statement = select(User.user_name_key, User.profile, *COLUMNS).where(
        User.organization_id == organization_id, User.deleted_at.is_(None), User.user_name_key.in_(list(keys))
    )
    return {row.user_name_key: row for row in connection.execute(statement)}


def insert_all(connection: Connection, users: Sequence[Mapping[str, Any]], emails: Sequence[Mapping[str, Any]]) -> None:
    """Add many users and their addresses, one statement each."""
    if users:
        connection.execute(insert(User), [dict(user) for user in users])
    if emails:
        connection.execute(insert(UserEmail), [dict(email) for email in emails])


def update_all(connection: Connection, organization_id: UUID, users: Sequence[Mapping[str, Any]]) -> None:
    """Change many live users in one statement, each given as `id` and the same columns; their versions count up."""
    if not users:
        return
    columns = [User.__table__.c[name] for name in users[0]]
    new = values(*(column(c.name, c.type) for c in columns), name="new")
    rows = new.data([tuple(user[c.name] for c in columns) for user in users])
    statement = (
        update(User)
        .where(User.organization_id == organization_id, User.deleted_at.is_(None), User.id == cast(rows.c.id, Uuid))
        .values({c.name: cast(rows.c[c.name], c.type) for c in columns if c.name != "id"})
        .values(version=User.version + 1)
    )
    connection.execute(statement)


def replace_emails(
    connection: Connection, organization_id: UUID, user_ids: Sequence[UUID], emails: Sequence[Mapping[str, Any]]
) -> None:
    """Put these addresses in place of all that the users have."""
    if user_ids:
        connection.execute(
            delete(UserEmail).where(UserEmail.organization_id == organization_id, UserEmail.user_id.in_(user_ids))
        )
    insert_all(connection, [], emails)


def soft_delete(connection: Connection, organization_id: UUID, user_id: UUID, version: int, *, at: datetime) -> None:
    """Mark a user as deleted: out of every live read, the user name free at once.

    Raises:
        StaleDataError: the user is no longer at this version (so do the next three).
    """
    _set(
        connection,
        organization_id,
        user_id,
        version,
        deleted_at=at,
        updated_at=at,
        purge_after=purge_after(organization_id, at=at),
    )


def restore(
    connection: Connection, organization_id: UUID, user_id: UUID, version: int, *, at: datetime, **renamed: Any
) -> None:
    """Take the mark of deletion off a user, under other names where they are given."""
    _set(connection, organization_id, user_id, version, deleted_at=None, purge_after=None, updated_at=at, **renamed)


def set_active(
    connection: Connection, organization_id: UUID, user_id: UUID, version: int, *, active: bool, at: datetime
) -> None:
    """Activate or suspend a user."""
    _set(connection, organization_id, user_id, version, active=active, updated_at=at)


def _set(connection: Connection, organization_id: UUID, user_id: UUID, version: int, **values: Any) -> None:
    statement = (
        update(User)
        .where(User.organization_id == organization_id, User.id == user_id, User.version == version)
        .values(**values, version=version + 1)
    )
    if connection.execute(statement).rowcount != 1:
        raise StaleDataError(f"user {user_id} is no longer at version {version}")


def _matching(statement: Select[Any], organization_id: UUID, *, q: str, status: str) -> Select[Any]:
    words = search_key(q).split()
    return statement.where(
        User.organization_id == organization_id,
        *STATUSES[status],
        *(User.search_key.contains(word, autoescape=True) for word in words),
    )
