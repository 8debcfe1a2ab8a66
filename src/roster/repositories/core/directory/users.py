"""Users in sets: pages, counts, bulk writes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    Result,
    Row,
    String,
    Uuid,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    not_,
    select,
    true,
    update,
    values,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm.exc import StaleDataError

from roster.models import User, UserEmail
from roster.repositories.core.keyset import Page
from roster.repositories.core.listing import USER_FIELDS, Asked, Listing, Status, count_of, ids_of, page_of

STATUSES: dict[str, Status] = {
    "live": lambda user: (user.deleted_at.is_(None),),
    "active": lambda user: (user.deleted_at.is_(None), user.active),
    "suspended": lambda user: (user.deleted_at.is_(None), not_(user.active)),
    "deleted": lambda user: (user.deleted_at.is_not(None),),
}
SORTS = {
    "user_name": User.user_name_key,
    "display_name": User.display_name_key,
    "created_at": User.created_at,
    "updated_at": User.updated_at,
}
EVERYBODY = Asked()

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
LISTING = Listing(User, SORTS, STATUSES, ("deleted_at", "active"), USER_FIELDS, COLUMNS)


def page(
    connection: Connection,
    organization_id: UUID,
    *,
    asked: Asked = EVERYBODY,
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the users after the cursor, `limit` at most. Nobody who is there throughout is skipped or repeated.

    Args:
        connection: where to read.
        organization_id: whose users.
        asked: which ones; its status is one of STATUSES.
        sort: one of SORTS, with "-" before it for descending.
        after: the `next` of the page before.
        limit: rows.

    Raises:
        AppException: INVALID_CURSOR, INVALID_FILTER.
    """
    found = connection.execute(*page_of(LISTING, organization_id, asked, sort=sort, after=after, limit=limit))
    return LISTING.order(sort).page_of(found.all(), limit)


def count(connection: Connection, organization_id: UUID, *, asked: Asked = EVERYBODY) -> int:
    """Return how many users `page` would walk over; MOST_COUNTED + 1 for more than that.

    Raises:
        AppException: INVALID_FILTER.
    """
    return connection.scalar(*count_of(LISTING, organization_id, asked)) or 0


def ids(
    connection: Connection, organization_id: UUID, asked: Asked, *, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return the ids of the users whom `page` would walk over, `limit` at most, in their order and after this one.

    Raises:
        AppException: INVALID_FILTER.
    """
    return connection.scalars(*ids_of(LISTING, organization_id, asked, after=after, limit=limit)).all()


def by_user_name_keys(connection: Connection, organization_id: UUID, keys: Iterable[str]) -> Mapping[str, Row[Any]]:
    """Return the live users of these names, by the normal form of the name.

    Each name is looked up by itself, in an organization that PostgreSQL is not told before it has planned: while an
    import fills it, the statistics know nobody there yet, and to read through all of it would seem the least work.
    """
    organization = select(literal(organization_id, Uuid)).scalar_subquery()
    asked = func.unnest(bindparam("keys", list(keys), ARRAY(String))).table_valued("key").render_derived(name="asked")
    named = (
        select(User.user_name_key, User.profile, *COLUMNS)
        .where(User.organization_id == organization, User.deleted_at.is_(None), User.user_name_key == asked.c.key)
        .limit(1)
        .lateral("named")
    )
    found: Result[Any] = connection.execute(select(named).select_from(asked).join(named, true()))
    return {row.user_name_key: row for row in found}


def insert_all(connection: Connection, users: Sequence[Mapping[str, Any]], emails: Sequence[Mapping[str, Any]]) -> None:
    """Add many users and their addresses, one statement each."""
    if users:
        connection.execute(insert(User), [dict(user) for user in users])
    if emails:
        connection.execute(insert(UserEmail), [dict(email) for email in emails])


def update_all(connection: Connection, organization_id: UUID, users: Sequence[Mapping[str, Any]]) -> None:
    """Change many live users in one statement, each given as `id` and the same columns; their versions count up.

    Raises:
        StaleDataError: where `version` is given: somebody is no longer at the version that they had.
    """
    if not users:
        return
    columns = [User.__table__.c[name] for name in users[0]]
    new = values(*(column(c.name, c.type) for c in columns), name="new")
    rows = new.data([tuple(user[c.name] for c in columns) for user in users])
    same = {name: cast(rows.c[name], User.__table__.c[name].type) for name in users[0]}
    statement = update(User).where(
        User.organization_id == organization_id, User.deleted_at.is_(None), User.id == same.pop("id")
    )
    if (version := same.pop("version", None)) is not None:
        statement = statement.where(User.version == version)
    changed = connection.execute(statement.values(same | {"version": User.version + 1})).rowcount
    if version is not None and changed != len(users):
        raise StaleDataError(f"{len(users) - changed} users are no longer at the version that they had")


def replace_emails(
    connection: Connection, organization_id: UUID, user_ids: Sequence[UUID], emails: Sequence[Mapping[str, Any]]
) -> None:
    """Put these addresses in place of all that the users have."""
    if user_ids:
        connection.execute(
            delete(UserEmail).where(UserEmail.organization_id == organization_id, UserEmail.user_id.in_(user_ids))
        )
    insert_all(connection, [], emails)
