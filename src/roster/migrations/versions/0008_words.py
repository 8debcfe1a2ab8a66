"""Words: people and groups are found by the beginnings of their words, by way of an index."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from roster.normal_form import search_key, words_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BATCH = 2000
GIN = {"fastupdate": False}
DEPARTMENT = "(profile_key #>> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,department}')"
_PEOPLE = """
    SELECT organization_id, id, user_name, display_name, given_name, family_name, ARRAY(
        SELECT value FROM user_email
        WHERE user_email.organization_id = "user".organization_id AND user_id = "user".id ORDER BY position
    ) AS addresses
    FROM "user"
"""
_GROUPS = 'SELECT organization_id, id, display_name, description FROM "group"'
_AFTER = " WHERE (organization_id, id) > (:organization_id, :id) ORDER BY organization_id, id LIMIT :batch"
_FIRST = {"organization_id": "00000000-0000-0000-0000-000000000000", "id": "00000000-0000-0000-0000-000000000000"}


def upgrade() -> None:
    for table, rows, texts in (("user", _PEOPLE, _texts_of_person), ("group", _GROUPS, _texts_of_group)):
        op.add_column(table, sa.Column("words", TSVECTOR(), nullable=True))
        _fill(table, "words", rows, _words_of(texts))
        op.alter_column(table, "words", nullable=False)
        op.create_index(f"ix_{table}_words", table, ["words"], postgresql_using="gin", postgresql_with=GIN)
        gone = sa.text("deleted_at IS NOT NULL")
        op.create_index(f"ix_{table}_deleted", table, ["organization_id", "id"], postgresql_where=gone)
    op.drop_column("user", "search_key")
    op.create_index(
        "ix_user_attributes",
        "user",
        ["attributes"],
        postgresql_using="gin",
        postgresql_with=GIN,
        postgresql_ops={"attributes": "jsonb_path_ops"},
    )
    op.create_index("ix_user_department", "user", ["organization_id", sa.text(DEPARTMENT), "id"])


def downgrade() -> None:
    op.drop_index("ix_user_attributes", table_name="user")
    op.drop_index("ix_user_department", table_name="user")
    op.add_column("user", sa.Column("search_key", sa.Text(), nullable=True))
    _fill("user", "search_key", _PEOPLE, lambda row: search_key("\n".join(_texts_of_person(row))))
    op.alter_column("user", "search_key", nullable=False)
    for table in ("user", "group"):
        op.drop_index(f"ix_{table}_deleted", table_name=table)
        op.drop_index(f"ix_{table}_words", table_name=table)
        op.drop_column(table, "words")


def _words_of(texts: Callable[[Any], list[str]]) -> Callable[[Any], str]:
    return lambda row: words_of(row.organization_id, texts(row))


def _texts_of_person(row: Any) -> list[str]:
    names = (row.user_name, row.display_name, row.given_name, row.family_name)
    return [*(name or "" for name in names), *row.addresses]


def _texts_of_group(row: Any) -> list[str]:
    return [row.display_name, row.description or ""]


def _fill(table: str, column: str, rows: str, value: Callable[[Any], str]) -> None:
    """Write the column of every row, a batch in one statement."""
    kind = "tsvector" if column == "words" else "text"
    write = sa.text(
        f'UPDATE "{table}" SET {column} = new.value::{kind} '  # noqa: S608 - our own words
        "FROM unnest(CAST(:organizations AS uuid[]), CAST(:ids AS uuid[]), CAST(:values AS text[])) "
        f"AS new (organization_id, id, value) "
        f'WHERE "{table}".organization_id = new.organization_id AND "{table}".id = new.id'
    )
    connection = op.get_bind()
    for batch in _batches(connection, rows):
        given = {
            "organizations": [str(row.organization_id) for row in batch],
            "ids": [str(row.id) for row in batch],
            "values": [value(row) for row in batch],
        }
        connection.execute(write, given)


def _batches(connection: sa.Connection, rows: str) -> Iterator[Sequence[Any]]:
    statement, place = sa.text(rows + _AFTER), _FIRST
    while batch := connection.execute(statement, {**place, "batch": BATCH}).all():
        yield batch
        place = {"organization_id": str(batch[-1].organization_id), "id": str(batch[-1].id)}
