"""The tables of schema.sql as classes, for the two asyncio peers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, select, union
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB}  # noqa: RUF012 - its own form


class Email(Base):
    __tablename__ = "person_email"
    __table_args__ = {"schema": "peers"}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("peers.person.id"))
    position: Mapped[int]
    value: Mapped[str]
    value_key: Mapped[str]
    type: Mapped[str | None]
    primary: Mapped[bool]


class Person(Base):
    __tablename__ = "person"
    __table_args__ = {"schema": "peers"}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_name: Mapped[str]
    user_name_key: Mapped[str]
    display_name: Mapped[str]
    given_name: Mapped[str | None]
    family_name: Mapped[str | None]
    title: Mapped[str | None]
    department: Mapped[str | None]
    active: Mapped[bool]
    external_id: Mapped[str | None]
    attributes: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    emails: Mapped[list[Email]] = relationship(order_by=Email.position, lazy="selectin")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    @property
    def email(self) -> str | None:
        return next((email.value for email in self.emails if email.primary), None)


class Event(Base):
    __tablename__ = "person_event"
    __table_args__ = {"schema": "peers"}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    subject_id: Mapped[UUID]
    subject_label: Mapped[str]
    actor: Mapped[str]
    request_id: Mapped[str | None]
    changes: Mapped[dict[str, Any]]


def named(prefix: str, limit: int) -> Any:
    """The ids of people whose user name or address begins so, by two scans of an index that end at the limit."""
    by_name = select(Person.id).where(Person.user_name_key.startswith(prefix), Person.deleted_at.is_(None))
    by_email = select(Email.person_id).where(Email.value_key.startswith(prefix))
    found = union(
        by_name.order_by(Person.user_name_key).limit(limit), by_email.order_by(Email.value_key).limit(limit)
    ).subquery()
    return select(found)
