"""FastAPI with SQLAlchemy's asyncio session over asyncpg, and pydantic models, as most projects have it.

Does the six works on `peers.person`: addresses by selectin, a page by keyset, a search by prefix over user names and
addresses, `If-Match`, an event for each change in the same commit; uvicorn with uvloop and httptools.
Leaves out: authentication, request ids, logs, metrics, limits, retries, deadlines.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from tables import Email, Event, Person, named
from uuid_utils.compat import uuid7

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:"),
    pool_size=int(os.environ["THREADS"]),
    max_overflow=0,
)
Session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class EmailModel(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    value: str
    type: str | None = None
    primary: bool = False


class PersonModel(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    user_name: str
    display_name: str
    given_name: str | None
    family_name: str | None
    email: str | None
    emails: list[EmailModel]
    title: str | None
    department: str | None
    active: bool
    external_id: str | None
    attributes: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    version: int


class PageModel(BaseModel):
    items: list[PersonModel]
    next: UUID | None


class NewPerson(BaseModel):
    user_name: str
    display_name: str
    given_name: str | None = None
    family_name: str | None = None
    emails: list[EmailModel] = []
    title: str | None = None
    department: str | None = None
    active: bool = True
    external_id: str | None = None
    attributes: dict[str, Any] = {}


class Change(BaseModel):
    display_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    title: str | None = None
    department: str | None = None
    active: bool | None = None
    attributes: dict[str, Any] | None = None


async def opened() -> AsyncIterator[AsyncSession]:
    async with Session() as session:
        yield session


Opened = Annotated[AsyncSession, Depends(opened)]


async def live(session: AsyncSession, user_id: UUID, *, for_update: bool = False) -> Person:
    person = await session.get(Person, user_id, with_for_update=for_update or None)
    if person is None or person.deleted_at is not None:
        raise HTTPException(404)
    return person


@app.get("/api/v1/users/{user_id}", response_model=PersonModel)
async def show(user_id: UUID, session: Opened, response: Response) -> Person:
    person = await live(session, user_id)
    response.headers["ETag"] = f'"{person.version}"'
    return person


@app.get("/api/v1/users", response_model=PageModel)
async def index(session: Opened, limit: int = 50, after: UUID | None = None, q: str = "") -> dict[str, Any]:
    statement = select(Person).where(Person.deleted_at.is_(None)).limit(limit + 1)
    if q:
        statement = statement.where(Person.id.in_(named(q.lower(), limit + 1))).order_by(Person.user_name_key)
    else:
        statement = statement.order_by(Person.id)
        if after:
            statement = statement.where(Person.id > after)
    people = (await session.scalars(statement)).all()
    return {"items": people[:limit], "next": people[limit - 1].id if len(people) > limit else None}


@app.post("/api/v1/users", response_model=PersonModel, status_code=201)
async def create(new: NewPerson, session: Opened, request: Request, response: Response) -> Person:
    at, given = datetime.now(UTC), new.model_dump()
    emails = given.pop("emails")
    person = Person(id=uuid7(), **given, user_name_key=new.user_name.lower(), created_at=at, updated_at=at)
    person.emails = [
        Email(id=uuid7(), **email, position=position, value_key=email["value"].lower())
        for position, email in enumerate(emails)
    ]
    session.add(person)
    record(session, request, "user.created", person, {n: [None, v] for n, v in new.model_dump().items()}, at)
    await session.commit()
    response.headers["ETag"] = f'"{person.version}"'
    return person


@app.patch("/api/v1/users/{user_id}", response_model=PersonModel)
async def update(
    user_id: UUID,
    change: Change,
    session: Opened,
    request: Request,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> Person:
    at, person = datetime.now(UTC), await live(session, user_id, for_update=True)
    if if_match and if_match.strip('"') != str(person.version):
        raise HTTPException(412)
    given = change.model_dump(exclude_unset=True)
    changes = {name: [getattr(person, name), value] for name, value in given.items() if getattr(person, name) != value}
    for name, (_, value) in changes.items():
        setattr(person, name, value)
    person.updated_at = at
    record(session, request, "user.changed", person, changes, at)
    await session.commit()
    response.headers["ETag"] = f'"{person.version}"'
    return person


@app.delete("/api/v1/users/{user_id}", status_code=204)
async def delete(user_id: UUID, session: Opened, request: Request) -> None:
    at, person = datetime.now(UTC), await live(session, user_id, for_update=True)
    person.deleted_at = person.updated_at = at
    record(session, request, "user.deleted", person, {}, at)
    await session.commit()


def record(
    session: AsyncSession, request: Request, action: str, person: Person, changes: dict[str, Any], at: datetime
) -> None:
    session.add(
        Event(
            id=uuid7(),
            at=at,
            action=action,
            subject_id=person.id,
            subject_label=person.user_name,
            actor="bench",
            request_id=request.headers.get("X-Request-ID"),
            changes=changes,
        )
    )
