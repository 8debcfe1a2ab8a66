"""Users as documents: the JSON that the API tells of them, made by PostgreSQL itself.

The hot reads. One text is fetched of each user in place of a column for each field and an object for each value:
nothing is left to do with it but to send it. The statements are written once, and given to the driver as they are.
`schemas.users.User` describes the same document; a test compares the two.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, Row

from roster.errors import USER_NOT_FOUND, AppException
from roster.normal_form import search_key
from roster.repositories.core.keyset import Order, Page
from roster.repositories.core.users import SORTS

STATUSES = {
    "live": "deleted_at IS NULL",
    "active": "deleted_at IS NULL AND active",
    "suspended": "deleted_at IS NULL AND NOT active",
    "deleted": "deleted_at IS NOT NULL",
}


def _moment(column: str) -> str:
    """A time as Python writes it: in UTC, with microseconds where there are any."""
    fraction = f"CASE WHEN date_trunc('second', {column}) = {column} THEN '' ELSE '.US' END"
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS' || {fraction} || '"Z"') AS {column}"""


_EMAILS = """
    SELECT (array_agg(value ORDER BY "primary" DESC, position))[1] AS email,
           coalesce(
               json_agg(
                   CASE WHEN display IS NULL THEN json_build_object('value', value, 'type', type, 'primary', "primary")
                   ELSE json_build_object('value', value, 'type', type, 'display', display, 'primary', "primary") END
                   ORDER BY position
               ), '[]'
           ) AS emails
    FROM user_email WHERE user_email.organization_id = "user".organization_id AND user_email.user_id = "user".id
"""
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
    q: str = "",
    status: str = "live",
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the documents after the cursor, as rows of id, sort_value, is_plain, json. Arguments as of `users.page`.

    Raises:
        AppException: INVALID_CURSOR.
    """
    order = Order.named(sort, SORTS, None)
    words = search_key(q).split()
    asked: dict[str, Any] = {"organization_id": str(organization_id), "limit": limit + 1}
    asked |= {f"word_{number}": _pattern(word) for number, word in enumerate(words)}
    if after is not None:
        value, key = order.place(after)
        asked |= {"value": value, "id": str(key)}
    statement = _listing(status, order.column.key, order.descending, len(words), after is not None)
    rows: Sequence[Row[Any]] = connection.exec_driver_sql(statement, asked).all()
    return Page(rows[:limit], order.cursor(rows[limit - 1]) if len(rows) > limit else None)


@cache
def _listing(status: str, column: str, descending: bool, words: int, goes_on: bool) -> str:
    """The statement of a page; there are few, for a search has few words."""
    way, beyond = ("DESC", "<") if descending else ("ASC", ">")
    conditions = ["organization_id = %(organization_id)s", STATUSES[status]]
    conditions += [f"search_key LIKE %(word_{number})s" for number in range(words)]
    conditions += [f'({column}, "user".id) {beyond} (%(value)s, %(id)s)'] if goes_on else []
    return f"""SELECT id::text, {column} AS sort_value, {_IS_PLAIN}, ({_DOCUMENT}) AS json FROM "user"
        WHERE {" AND ".join(conditions)}
        ORDER BY {column} {way}, "user".id {way} LIMIT %(limit)s
    """  # noqa: S608 - our own words


def _pattern(word: str) -> str:
    """What LIKE finds the word with, wherever it stands."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
