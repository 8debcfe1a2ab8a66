"""Users in sets: locked, read and changed a thousand at a time, in a statement each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    Result,
    Row,
    Uuid,
    any_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from roster.models import Group, IdentityProvider, Membership, User, UserEmail
from roster.normal_form import name_key
from roster.repositories.core.directory.users import COLUMNS
from roster.repositories.core.purge import purge_after

STATE = (User.id, User.user_name, User.active, User.deleted_at, User.identity_provider_id)
"""What decides whether there is anything to do."""


def locked(connection: Connection, organization_id: UUID, user_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Return STATE of those of these users who are there, deleted or not, by id; other writers wait."""
    statement = select(*STATE).where(*_these(organization_id, user_ids)).order_by(User.id)
    result: Result[Any] = connection.execute(statement.with_for_update(key_share=True))
    return result.all()


def in_full(connection: Connection, organization_id: UUID, user_ids: Collection[UUID]) -> Mapping[UUID, dict[str, Any]]:
    """Return every column of these users, deleted or not, and their `emails`, by id; other writers wait."""
    statement = select(User.__table__).where(*_these(organization_id, user_ids)).order_by(User.id)
    found: Result[Any] = connection.execute(statement.with_for_update(key_share=True))
    users = {row.id: {**row._mapping, "emails": []} for row in found}
    columns = (UserEmail.user_id, UserEmail.value, UserEmail.type, UserEmail.display, UserEmail.primary)
    addresses = select(*columns).where(
        UserEmail.organization_id == organization_id, UserEmail.user_id == any_(_list(user_ids))
    )
    for user_id, value, kind, display, primary in connection.execute(addresses.order_by(UserEmail.position)):
        users[user_id]["emails"].append({"value": value, "type": kind, "display": display, "primary": primary})
    return users


def counts(
    connection: Connection, organization_id: UUID, user_ids: Collection[UUID], *, group_id: UUID | None = None
) -> Row[Any]:
    """Return how many of these users are active, suspended, deleted, and live and directly in the group."""
    inside = exists().where(
        Membership.organization_id == organization_id,
        Membership.group_id == group_id,
        Membership.user_id == User.id,
    )
    is_live = User.deleted_at.is_(None)
    statement = select(
        func.count(case((is_live & User.active, 1))).label("active"),
        func.count(case((is_live & ~User.active, 1))).label("suspended"),
        func.count(case((~is_live, 1))).label("deleted"),
        func.count(case((is_live & inside, 1))).label("inside"),
    )
    result: Result[Any] = connection.execute(statement.where(*_these(organization_id, user_ids)))
    return result.one()


def is_enabled_provider(connection: Connection, organization_id: UUID, provider_id: UUID) -> bool:
    """Tell whether an identity provider is there and switched on."""
    statement = select(IdentityProvider.enabled).where(
        IdentityProvider.organization_id == organization_id, IdentityProvider.id == provider_id
    )
    return bool(connection.scalar(statement))


def sample(
    connection: Connection, organization_id: UUID, user_ids: Collection[UUID], *, limit: int
) -> Sequence[Row[Any]]:
    """Return id, user_name and display_name of some of these users, by name."""
    columns = (User.id, User.user_name, User.display_name)
    statement = select(*columns).where(*_these(organization_id, user_ids)).order_by(User.display_name_key, User.id)
    result: Result[Any] = connection.execute(statement.limit(limit))
    return result.all()


def shown(connection: Connection, organization_id: UUID, user_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Return these users as a page shows them, by user name."""
    result: Result[Any] = connection.execute(
        select(*COLUMNS).where(*_these(organization_id, user_ids)).order_by(User.user_name_key, User.id)
    )
    return result.all()


def departments(connection: Connection, organization_id: UUID, *, limit: int) -> Sequence[str]:
    """Return the departments that most live users are in, `limit` at most, by name."""
    is_named = (User.organization_id == organization_id, User.deleted_at.is_(None), User.department.is_not(None))
    statement = select(User.department).where(*is_named).group_by(User.department)
    return sorted(connection.scalars(statement.order_by(func.count().desc()).limit(limit)))


def set_active(
    connection: Connection, organization_id: UUID, user_ids: Collection[UUID], *, active: bool, at: datetime
) -> None:
    """Activate or suspend these users, who are locked."""
    _set(connection, organization_id, user_ids, active=active, updated_at=at)


def soft_delete(connection: Connection, organization_id: UUID, user_ids: Collection[UUID], *, at: datetime) -> None:
    """Mark these users, who are locked, as deleted; the groups that they are in count a change of their members."""
    later = purge_after(organization_id, at=at)
    _set(connection, organization_id, user_ids, deleted_at=at, purge_after=later, updated_at=at)
    count_around(connection, organization_id, user_ids, at=at)


def restore(connection: Connection, organization_id: UUID, user_ids: Collection[UUID], *, at: datetime) -> None:
    """Take the mark of deletion off these users, who are locked; the groups that they are in count it."""
    _set(connection, organization_id, user_ids, deleted_at=None, purge_after=None, updated_at=at)
    count_around(connection, organization_id, user_ids, at=at)


def with_taken_names(connection: Connection, organization_id: UUID, user_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these deleted users whose user name somebody else has by now."""
    other = aliased(User)
    is_taken = exists().where(
        other.organization_id == organization_id,
        other.user_name_key == User.user_name_key,
        other.deleted_at.is_(None),
        other.id != User.id,
    )
    return set(connection.scalars(select(User.id).where(*_these(organization_id, user_ids), is_taken)))


def write(
    connection: Connection, organization_id: UUID, users: Sequence[Mapping[str, Any]], columns: Collection[str]
) -> None:
    """Give these users, who are locked, these columns as they stand in each; their versions count up."""
    chosen = "".join(f'"{name}" = given."{name}", ' for name in sorted(columns))
    rows = [{name: _in_json(user[name]) for name in ("id", *columns)} for user in users]
    statement = text(f"""
        UPDATE "user" SET {chosen} version = "user".version + 1
        FROM jsonb_populate_recordset(NULL::"user", :rows) given
        WHERE "user".organization_id = :organization_id AND "user".id = given.id
    """)  # noqa: S608 - our own words
    typed = statement.bindparams(bindparam("rows", type_=JSONB), bindparam("organization_id", type_=Uuid))
    connection.execute(typed, {"rows": rows, "organization_id": organization_id})


def replace_emails(
    connection: Connection, organization_id: UUID, addresses: Mapping[UUID, Sequence[Mapping[str, Any]]]
) -> None:
    """Put these addresses in place of all that the users have, who are locked."""
    if addresses:
        ids = any_(_list(addresses.keys()))
        connection.execute(
            delete(UserEmail).where(UserEmail.organization_id == organization_id, UserEmail.user_id == ids)
        )
    rows = [
        {"organization_id": organization_id, "user_id": user_id, "position": position}
        | {"value_key": name_key(email["value"]), "value": email["value"], "primary": email["primary"]}
        | {"type": email.get("type"), "display": email.get("display")}
        for user_id, emails in addresses.items()
        for position, email in enumerate(emails)
    ]
    if rows:
        connection.execute(insert(UserEmail), rows)


def count_around(connection: Connection, organization_id: UUID, user_ids: Collection[UUID], *, at: datetime) -> None:
    """Count, for every group that one of these users is directly in, that its members changed."""
    around = select(Membership.group_id).where(
        Membership.organization_id == organization_id, Membership.user_id == any_(_list(user_ids))
    )
    locked = (
        select(Group.id)
        .where(Group.organization_id == organization_id, Group.id.in_(around))
        .order_by(Group.id)  # in one order everywhere, so that two writers can't deadlock
        .with_for_update(key_share=True)
    )
    changed_at = func.greatest(Group.members_changed_at, at)
    counted = update(Group).where(Group.organization_id == organization_id, Group.id.in_(locked))
    connection.execute(counted.values(member_version=Group.member_version + 1, members_changed_at=changed_at))


def _set(connection: Connection, organization_id: UUID, user_ids: Collection[UUID], **values: Any) -> None:
    if user_ids:
        statement = update(User).where(*_these(organization_id, user_ids))
        connection.execute(statement.values(**values, version=User.version + 1))


def _these(organization_id: UUID, user_ids: Collection[UUID]) -> tuple[Any, Any]:
    return User.organization_id == organization_id, User.id == any_(_list(user_ids))


def _in_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _list(ids: Collection[UUID]) -> Any:
    """The ids as one parameter, however many they are."""
    return literal(sorted(set(ids)), ARRAY(Uuid))
