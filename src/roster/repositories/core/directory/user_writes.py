"""Users written in few round trips: the row, what hangs on it, and the event that tells of it, in one statement.

The statements are written once, and given to the driver as they are. Users here belong to no session.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Dialect, Result, Row
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.orm.exc import StaleDataError

from roster.errors import USER_NOT_FOUND, AppException
from roster.models import Actor, Event, Person, User
from roster.normal_form import name_key
from roster.repositories.core.history.events import Change, row

_DIALECT: Dialect = PGDialect_psycopg2()  # type: ignore[no-untyped-call] # SQLAlchemy gives it no type
_READERS: Mapping[type, Callable[[str], Any]] = {UUID: UUID, datetime: datetime.fromisoformat}
"""What makes of a text in JSON what the model has."""
_AS_IT_IS = frozenset({str, int, bool, datetime, type(None)})
_USER = {column.name: _READERS.get(column.type.python_type) for column in User.__table__.columns}
_EVENT = {
    column.name: column.type.compile(_DIALECT) for column in Event.__table__.columns if column.server_default is None
}


def _columns(names: Collection[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _values(names: Collection[str], mark: str) -> str:
    return ", ".join(f"%({mark}{name})s" for name in names)


_REACH = """
    INSERT INTO user_email (organization_id, user_id, position, value, value_key, type, display, "primary")
    SELECT %(organization_id)s, %(id)s, * FROM jsonb_to_recordset(%(emails)s)
        AS email (position int, value text, value_key text, type text, display text, "primary" bool)
"""
_ADD = f"""WITH added AS (INSERT INTO "user" ({_columns(_USER)}) VALUES ({_values(_USER, "")})), reached AS ({_REACH})
    INSERT INTO event ({_columns(_EVENT)}) VALUES ({_values(_EVENT, "event_")})
"""  # noqa: S608 - our own words
_READDRESS = f"""DELETE FROM user_email WHERE organization_id = %(organization_id)s AND user_id = %(id)s;
    {_REACH}
"""  # noqa: S608


def _locked(condition: str) -> str:
    """Two statements in one message: what is read after the wait is as the other writer left it, addresses included."""
    return f"""SELECT FROM "user" WHERE organization_id = %(organization_id)s AND {condition} FOR NO KEY UPDATE;
        SELECT row_to_json("user") AS columns, (
            SELECT coalesce(jsonb_agg(to_jsonb(user_email) ORDER BY position), '[]') FROM user_email
            WHERE user_email.organization_id = "user".organization_id AND user_id = "user".id
        ) AS emails
        FROM "user" WHERE organization_id = %(organization_id)s AND {condition}
        ORDER BY deleted_at DESC NULLS FIRST, id DESC LIMIT 1
    """  # noqa: S608 - our own words


_WITH_DELETED = _locked("id = %(user_id)s")
_LIVE = _locked("id = %(user_id)s AND deleted_at IS NULL")
_CALLED = _locked("identity_provider_id = %(identity_provider_id)s AND external_id = %(external_id)s")

_TOLD = ", ".join(
    "user_name" if name == "subject_label" else f"%(event_{name})s::{kind}" for name, kind in _EVENT.items()
)
_REMOVE = f"""WITH gone AS (
        UPDATE "user" SET deleted_at = %(event_at)s, updated_at = %(event_at)s, version = version + 1, purge_after = (
            SELECT %(event_at)s::timestamptz + make_interval(days => purge_days) FROM organization
            WHERE id = %(event_organization_id)s
        )
        WHERE organization_id = %(event_organization_id)s AND id = %(event_subject_id)s AND deleted_at IS NULL
        AND (%(versions)s::int[] IS NULL OR version = ANY (%(versions)s::int[]))
        RETURNING user_name
    ), around AS (
        SELECT id FROM "group" WHERE organization_id = %(event_organization_id)s AND EXISTS (SELECT FROM gone)
        AND id IN (
            SELECT group_id FROM membership
            WHERE organization_id = %(event_organization_id)s AND user_id = %(event_subject_id)s
        )
        ORDER BY id FOR NO KEY UPDATE
    ), counted AS (
        UPDATE "group" SET member_version = member_version + 1,
                           members_changed_at = greatest(members_changed_at, %(event_at)s::timestamptz)
        WHERE organization_id = %(event_organization_id)s AND id IN (SELECT id FROM around)
    )
    INSERT INTO event ({_columns(_EVENT)}) SELECT {_TOLD} FROM gone
"""  # noqa: S608
"""Groups are locked in one order everywhere, so that two writers can't deadlock."""


def add(connection: Connection, user: Person, actor: Actor, change: Change, *, at: datetime) -> None:
    """Write a new user with their addresses, and the event."""
    connection.exec_driver_sql(_ADD, _sent(user.columns()) | _addresses(user) | _event(actor, change, at))


def by_id_for_update(connection: Connection, organization_id: UUID, user_id: UUID) -> Person:
    """Return the live user with this id, e-mails loaded; other writers wait.

    Raises:
        AppException: USER_NOT_FOUND, also for a soft-deleted user or one of another organization.
    """
    return _demanded(_found(connection, _LIVE, {"organization_id": organization_id, "user_id": user_id}))


def by_id_with_deleted_for_update(connection: Connection, organization_id: UUID, user_id: UUID) -> Person:
    """Return the user with this id, soft-deleted or not, as `by_id_for_update` does.

    Raises:
        AppException: USER_NOT_FOUND, also for a user of another organization.
    """
    return _demanded(_found(connection, _WITH_DELETED, {"organization_id": organization_id, "user_id": user_id}))


def find_by_external_id_for_update(
    connection: Connection, organization_id: UUID, identity_provider_id: UUID, external_id: str
) -> Person | None:
    """Return whom the provider calls so: the live user, else who was deleted last; None if nobody. Others wait."""
    keys = {"organization_id": organization_id, "identity_provider_id": identity_provider_id}
    return _found(connection, _CALLED, keys | {"external_id": external_id})


def change(
    connection: Connection, user: Person, was: Mapping[str, Any], actor: Actor, change: Change, *, at: datetime
) -> None:
    """Write the columns that differ from `was` (the user's columns before), and the event.

    Raises:
        StaleDataError: the user is no longer at the version that they had.
    """
    new = {name: value for name, value in user.columns().items() if value != was[name]}
    given = _sent(new) | {"version_before": was["version"]} | _event(actor, change, at)
    if connection.exec_driver_sql(_changing(tuple(new)), given).rowcount != 1:
        raise StaleDataError(f"user {user.id} is no longer at version {was['version']}")


def change_untold(connection: Connection, user: Person, was: Mapping[str, Any]) -> None:
    """Write the columns that differ from `was`, as `change` does, and no event.

    Raises:
        StaleDataError: the user is no longer at the version that they had.
    """
    new = {name: value for name, value in user.columns().items() if value != was[name]}
    keys = {"event_organization_id": user.organization_id, "event_subject_id": user.id}
    given = _sent(new | keys) | {"version_before": was["version"]}
    if connection.exec_driver_sql(_updating(tuple(new)), given).rowcount != 1:
        raise StaleDataError(f"user {user.id} is no longer at version {was['version']}")


def replace_emails(connection: Connection, user: Person) -> None:
    """Write the user's addresses in the place of those that they had."""
    keys = {"organization_id": user.organization_id, "id": user.id}
    connection.exec_driver_sql(_READDRESS, _sent(keys) | _addresses(user))


def remove(
    connection: Connection, actor: Actor, change: Change, *, versions: Collection[int] | None, at: datetime
) -> bool:
    """Soft-delete the change's subject, if they live and have one of these versions (None: any); tell whether so.

    The event names them as they are called, and the groups that they are in count a change of their members.
    """
    given = _event(actor, change, at) | {"versions": None if versions is None else list(versions)}
    return connection.exec_driver_sql(_REMOVE, given).rowcount == 1


@lru_cache(maxsize=512)
def _changing(columns: Sequence[str]) -> str:
    """The statement for one set of columns."""
    return f"""WITH changed AS ({_updating(columns)} RETURNING user_name)
        INSERT INTO event ({_columns(_EVENT)}) SELECT {_TOLD} FROM changed
    """  # noqa: S608 - our own words


def _updating(columns: Sequence[str]) -> str:
    new = ", ".join(f'"{name}" = %({name})s' for name in columns)
    return f"""UPDATE "user" SET {new} WHERE organization_id = %(event_organization_id)s
        AND id = %(event_subject_id)s AND version = %(version_before)s"""  # noqa: S608


def _found(connection: Connection, statement: str, keys: Mapping[str, Any]) -> Person | None:
    result: Result[Any] = connection.exec_driver_sql(statement, _sent(keys))
    found: Row[Any] | None = result.one_or_none()
    if found is None:
        return None
    user = Person(**{name: _received(name, value) for name, value in found.columns.items()})
    user.put_emails(found.emails)
    return user


def _demanded(user: Person | None) -> Person:
    if user is None:
        raise AppException(USER_NOT_FOUND)
    return user


def _event(actor: Actor, change: Change, at: datetime) -> dict[str, Any]:
    return {f"event_{name}": value for name, value in _sent(row(actor, change, at=at)).items()}


def _addresses(user: Person) -> dict[str, Any]:
    emails = [
        email.as_given() | {"position": position, "value_key": name_key(email.value)}
        for position, email in enumerate(user.emails)
    ]
    return _sent({"emails": emails})


def _sent(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the driver knows them: an id as text, a JSON value as its text."""
    return {name: value if type(value) in _AS_IT_IS else _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def _received(name: str, value: Any) -> Any:
    """A column's value as it came in JSON, as the model has it."""
    reader = _USER[name]
    return value if reader is None or value is None else reader(value)
