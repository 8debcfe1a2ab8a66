"""Users as documents: the JSON that the API tells of them, made by PostgreSQL itself.

The hot reads. One text is fetched of each user in place of a column for each field and an object for each value:
nothing is left to do with it but to send it. The statements are written once, and given to the driver as they are.
`schemas.users.User` describes the same document; a test compares the two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Dialect, Result, Row, Select, literal_column
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

from roster.errors import USER_NOT_FOUND, AppException
from roster.repositories.core.directory import users
from roster.repositories.core.keyset import Page
from roster.repositories.core.listing import FORMS, Asked, page_of
from roster.repositories.core.terms.moments import written

_DIALECT: Dialect = PGDialect_psycopg2()  # type: ignore[no-untyped-call] # SQLAlchemy gives it no type


def _moment(column: str) -> str:
    return f"{written(column)} AS {column}"


_EMAILS = """
    SELECT coalesce(min(value) FILTER (WHERE "primary"), (array_agg(value ORDER BY position))[1]) AS email,
           coalesce(
               json_agg(
                   CASE WHEN display IS NULL THEN json_build_object('value', value, 'type', type, 'primary', "primary")
                   ELSE json_build_object('value', value, 'type', type, 'display', display, 'primary', "primary") END
                   ORDER BY position
               ), '[]'
           ) AS emails
    FROM user_email WHERE user_email.organization_id = "user".organization_id AND user_email.user_id = "user".id
"""
"""At most one is primary. All that is in order here is so in the primary key's index, and need not be sorted."""
_DOCUMENT = f"""
    SELECT row_to_json(document)::text FROM (
        SELECT "user".id, user_name, display_name, given_name, family_name, email, emails, title, department, active,
               external_id, attributes, {_moment("created_at")}, {_moment("updated_at")}, {_moment("deleted_at")},
               version
        FROM ({_EMAILS}) emails
    ) document
"""  # noqa: S608 - our own words
_IS_PLAIN = r"attributes::text !~ '\d{19}' AS is_plain"
"""Whether no number is longer than 64 bits: PostgreSQL writes 1e300 in full, and readers would find an integer."""
_ONE = f"""SELECT version, {_IS_PLAIN}, ({_DOCUMENT}) AS json FROM "user"
    WHERE organization_id = %(organization_id)s AND id = %(user_id)s AND deleted_at IS NULL
"""  # noqa: S608
_NEXT = f"""SELECT string_agg(json, E'\\n' ORDER BY user_name_key) AS text, max(user_name_key) AS last FROM (
        SELECT user_name_key, ({_DOCUMENT}) AS json FROM "user"
        WHERE organization_id = %(organization_id)s AND deleted_at IS NULL
        AND (%(after)s::text IS NULL OR user_name_key > %(after)s) ORDER BY user_name_key LIMIT %(limit)s
    ) page
"""  # noqa: S608
_TABLE = """SELECT user_name, (
        SELECT value FROM user_email
        WHERE user_email.organization_id = "user".organization_id AND user_email.user_id = "user".id
        ORDER BY "primary" DESC, position LIMIT 1
    ) AS email, given_name, family_name, display_name, title, department, external_id, active::text,
        attributes::text AS attributes
    FROM "user" WHERE organization_id = %(organization_id)s AND deleted_at IS NULL ORDER BY user_name_key
"""
_ATTRIBUTE_NAMES = """SELECT DISTINCT jsonb_object_keys(attributes) FROM "user"
    WHERE organization_id = %(organization_id)s AND deleted_at IS NULL
"""


_SHOWN = {"id": '"user".id::text', "is_plain": _IS_PLAIN.removesuffix(" AS is_plain"), "json": f"({_DOCUMENT})"}
LISTING = replace(users.LISTING, columns=[literal_column(text).label(name) for name, text in _SHOWN.items()])


def by_id(connection: Connection, organization_id: UUID, user_id: UUID) -> Row[Any]:
    """Return the document of the live user with this id: version, is_plain, json (see `_IS_PLAIN`).

    Raises:
        AppException: USER_NOT_FOUND, also for a soft-deleted user or one of another organization.
    """
    keys = {"organization_id": str(organization_id), "user_id": str(user_id)}
    found: Result[Any] = connection.exec_driver_sql(_ONE, keys)
    if (row := found.one_or_none()) is None:
        raise AppException(USER_NOT_FOUND)
    return row


def page(
    connection: Connection,
    organization_id: UUID,
    *,
    asked: Asked = users.EVERYBODY,
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the documents after the cursor, as rows of id, sort_value, is_plain, json. Arguments as of `users.page`.

    Raises:
        AppException: INVALID_CURSOR, INVALID_FILTER.
    """
    statement, values = page_of(LISTING, organization_id, asked, sort=sort, after=after, limit=limit)
    if asked.filter:
        found = connection.execute(statement, values)
    else:
        found = connection.exec_driver_sql(_written(statement), _plain(values))
    return LISTING.order(sort).page_of(found.all(), limit)


@lru_cache(FORMS)
def _written(statement: Select[Any]) -> str:
    """The statement as the driver knows it: all that is bound in it is plain, but for ids."""
    return str(statement.compile(dialect=_DIALECT))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


def stream(connection: Connection, organization_id: UUID, *, batch: int = 1000) -> Iterator[str]:
    """Give the documents of all live users by user name, a line each, `batch` in one text.

    Each text is asked for by where the one before ended, so that PostgreSQL joins the lines: a row for each user costs
    Python more than everything else together. They are of one moment where the connection's transaction is.
    """
    given: dict[str, Any] = {"organization_id": str(organization_id), "after": None, "limit": batch}
    while (found := connection.exec_driver_sql(_NEXT, given).one()).text is not None:
        yield found.text
        given["after"] = found.last


def table(connection: Connection, organization_id: UUID, *, batch: int = 1000) -> Iterator[Sequence[Row[Any]]]:
    """Return the columns of a table of all live users, and their attributes' text; else as `stream`, begun at once."""
    options = {"stream_results": True, "max_row_buffer": batch}
    given = {"organization_id": str(organization_id)}
    rows: Result[Any] = connection.exec_driver_sql(_TABLE, given, execution_options=options)
    return rows.partitions(batch)


def attribute_names(connection: Connection, organization_id: UUID) -> Sequence[str]:
    """Return the names of all attributes that live users have, sorted; in the transaction of a stream, if one is on."""
    found = connection.exec_driver_sql(_ATTRIBUTE_NAMES, {"organization_id": str(organization_id)}).scalars()
    return sorted(found.all())
