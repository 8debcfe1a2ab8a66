"""Flask as most write it: Flask-SQLAlchemy models, the session in the view, marshmallow schemas, jsonify.

Does the six works on `peers.person`: addresses by selectin, a page by keyset, a search by prefix over user names and
addresses, `If-Match`, an event for each change in the same commit.
Leaves out: authentication, request ids, logs, metrics, limits, retries, deadlines.
"""

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Flask, Response, abort, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from marshmallow import EXCLUDE, Schema, fields
from sqlalchemy import ForeignKey, select, union
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg2:")
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": int(os.environ["THREADS"]), "max_overflow": 0}
db = SQLAlchemy(app)


class Email(db.Model):
    __tablename__ = "person_email"
    __table_args__ = {"schema": "peers"}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("peers.person.id"))
    position: Mapped[int]
    value: Mapped[str]
    value_key: Mapped[str]
    type: Mapped[str | None]
    primary: Mapped[bool]


class Person(db.Model):
    __tablename__ = "person"
    __table_args__ = {"schema": "peers"}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_name: Mapped[str]
    user_name_key: Mapped[str]
    display_name: Mapped[str]
    given_name: Mapped[str | None]
    family_name: Mapped[str | None]
    title: Mapped[str | None]
    department: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    external_id: Mapped[str | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(db.DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(db.DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(db.DateTime(timezone=True))

    emails: Mapped[list[Email]] = relationship(order_by=Email.position, lazy="selectin")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    @property
    def email(self) -> str | None:
        return next((email.value for email in self.emails if email.primary), None)


class Event(db.Model):
    __tablename__ = "person_event"
    __table_args__ = {"schema": "peers"}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(db.DateTime(timezone=True))
    action: Mapped[str]
    subject_id: Mapped[UUID]
    subject_label: Mapped[str]
    actor: Mapped[str]
    request_id: Mapped[str | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)


class EmailSchema(Schema):
    value = fields.String(required=True)
    type = fields.String(allow_none=True)
    primary = fields.Boolean(load_default=False)


class PersonSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    id = fields.UUID(dump_only=True)
    user_name = fields.String(required=True)
    display_name = fields.String()
    given_name = fields.String(allow_none=True)
    family_name = fields.String(allow_none=True)
    email = fields.String(dump_only=True)
    emails = fields.List(fields.Nested(EmailSchema))
    title = fields.String(allow_none=True)
    department = fields.String(allow_none=True)
    active = fields.Boolean()
    external_id = fields.String(allow_none=True)
    attributes = fields.Dict()
    created_at = fields.AwareDateTime(dump_only=True)
    updated_at = fields.AwareDateTime(dump_only=True)
    deleted_at = fields.AwareDateTime(dump_only=True)
    version = fields.Integer(dump_only=True)


ONE, MANY, CHANGE = PersonSchema(), PersonSchema(many=True), PersonSchema(partial=True, exclude=["emails"])


def answer(person: Person, status: int = 200) -> tuple[Response, int]:
    response = jsonify(ONE.dump(person))
    response.set_etag(str(person.version))
    return response, status


def live(user_id: UUID, *, for_update: bool = False) -> Person:
    person = db.session.get(Person, user_id, with_for_update=for_update or None)
    if person is None or person.deleted_at is not None:
        abort(404)
    return person


@app.get("/api/v1/users/<uuid:user_id>")
def show(user_id: UUID) -> tuple[Response, int]:
    return answer(live(user_id))


@app.get("/api/v1/users")
def index() -> Response:
    limit = request.args.get("limit", 50, type=int)
    statement = select(Person).where(Person.deleted_at.is_(None)).limit(limit + 1)
    if prefix := request.args.get("q", "").lower():
        statement = statement.where(Person.id.in_(named(prefix, limit + 1))).order_by(Person.user_name_key)
    else:
        statement = statement.order_by(Person.id)
        if after := request.args.get("after", type=UUID):
            statement = statement.where(Person.id > after)
    people = db.session.scalars(statement).all()
    following = str(people[limit - 1].id) if len(people) > limit else None
    return jsonify({"items": MANY.dump(people[:limit]), "next": following})


def named(prefix: str, limit: int) -> Any:
    by_name = select(Person.id).where(Person.user_name_key.startswith(prefix), Person.deleted_at.is_(None))
    by_email = select(Email.person_id).where(Email.value_key.startswith(prefix))
    found = union(
        by_name.order_by(Person.user_name_key).limit(limit), by_email.order_by(Email.value_key).limit(limit)
    ).subquery()
    return select(found)


@app.post("/api/v1/users")
def create() -> tuple[Response, int]:
    given, at = ONE.load(request.get_json()), datetime.now(UTC)
    emails = given.pop("emails", [])
    person = Person(
        **{"id": uuid7(), "active": True, "attributes": {}} | given,
        user_name_key=given["user_name"].lower(),
        created_at=at,
        updated_at=at,
        emails=[
            Email(**{"type": None, "primary": False} | email, position=position, value_key=email["value"].lower())
            for position, email in enumerate(emails)
        ],
    )
    db.session.add(person)
    record("user.created", person, {name: [None, value] for name, value in (given | {"emails": emails}).items()}, at)
    db.session.commit()
    return answer(person, 201)


@app.patch("/api/v1/users/<uuid:user_id>")
def update(user_id: UUID) -> tuple[Response, int]:
    given, at = CHANGE.load(request.get_json()), datetime.now(UTC)
    person = live(user_id, for_update=True)
    if request.if_match and str(person.version) not in request.if_match:
        abort(412)
    changes = {name: [getattr(person, name), value] for name, value in given.items() if getattr(person, name) != value}
    for name, (_, value) in changes.items():
        setattr(person, name, value)
    person.updated_at = at
    record("user.changed", person, changes, at)
    db.session.commit()
    return answer(person)


@app.delete("/api/v1/users/<uuid:user_id>")
def delete(user_id: UUID) -> Response:
    at, person = datetime.now(UTC), live(user_id, for_update=True)
    person.deleted_at = person.updated_at = at
    record("user.deleted", person, {}, at)
    db.session.commit()
    return Response(status=204)


def record(action: str, person: Person, changes: dict[str, Any], at: datetime) -> None:
    db.session.add(
        Event(
            at=at,
            action=action,
            subject_id=person.id,
            subject_label=person.user_name,
            actor="bench",
            request_id=request.headers.get("X-Request-ID"),
            changes=changes,
        )
    )
