"""What all tables share: names of constraints, column types, and who counts as live."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import ColumnElement, DateTime, MetaData, String, Text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints are named, so that code can match on a name and never on a message."""

Timestamp = Annotated[datetime, mapped_column(DateTime(timezone=True))]
NAME_LENGTH = 255
Name = Annotated[str, mapped_column(String(NAME_LENGTH))]
LongText = Annotated[str, mapped_column(Text)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]
Words = Annotated[str, mapped_column(TSVECTOR)]
"""What a row is found by, as `words_of` gives it; its index may be of it alone, for its words name the organization."""
GIN = {"fastupdate": False}
"""A new row is in the index at once: no search reads through those that wait, no writer sorts them in for all."""


class Base(DeclarativeBase):
    """The one metadata of the schema."""

    metadata = MetaData(naming_convention=NAMES)


def live(model: Any) -> ColumnElement[bool]:
    """Return the predicate of rows that are not soft-deleted.

    Written out in every read on purpose: a filter that is added behind one's back can't be seen in the query.
    """
    return model.deleted_at.is_(None)  # type: ignore[no-any-return] # any model with a deleted_at
