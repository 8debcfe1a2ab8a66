"""Litestar with advanced-alchemy's repository service over asyncpg, and msgspec structs, as its documentation shows.

Does the six works on `peers.person`: addresses by selectin, a page by keyset, a search by prefix over user names and
addresses, `If-Match`, an event for each change in the same commit; uvicorn with uvloop and httptools.
Leaves out: authentication, request ids, logs, metrics, limits, retries, deadlines.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from advanced_alchemy.extensions.litestar import (
    AsyncSessionConfig,
    EngineConfig,
    SQLAlchemyAsyncConfig,
    SQLAlchemyPlugin,
    repository,
    service,
)
from advanced_alchemy.filters import LimitOffset
from litestar import Controller, Litestar, Request, Response, delete, get, patch, post
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import Parameter
from sqlalchemy.ext.asyncio import AsyncSession
from tables import Email, Event, Person, named
from uuid_utils.compat import uuid7


class EmailStruct(msgspec.Struct):
    value: str
    type: str | None = None
    primary: bool = False


class PersonStruct(msgspec.Struct):
    id: UUID
    user_name: str
    display_name: str
    given_name: str | None
    family_name: str | None
    email: str | None
    emails: list[EmailStruct]
    title: str | None
    department: str | None
    active: bool
    external_id: str | None
    attributes: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    version: int


class PageStruct(msgspec.Struct):
    items: list[PersonStruct]
    next: UUID | None


class NewPerson(msgspec.Struct):
    user_name: str
    display_name: str
    given_name: str | None = None
    family_name: str | None = None
    emails: list[EmailStruct] = []
    title: str | None = None
    department: str | None = None
    active: bool = True
    external_id: str | None = None
    attributes: dict[str, Any] = {}


class Change(msgspec.Struct, omit_defaults=True):
    display_name: msgspec.UnsetType | str = msgspec.UNSET
    given_name: msgspec.UnsetType | str | None = msgspec.UNSET
    family_name: msgspec.UnsetType | str | None = msgspec.UNSET
    title: msgspec.UnsetType | str | None = msgspec.UNSET
    department: msgspec.UnsetType | str | None = msgspec.UNSET
    active: msgspec.UnsetType | bool = msgspec.UNSET
    attributes: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class People(service.SQLAlchemyAsyncRepositoryService[Person]):
    class Repository(repository.SQLAlchemyAsyncRepository[Person]):
        model_type = Person

    repository_type = Repository

    async def live(self, user_id: UUID, *, for_update: bool = False) -> Person:
        person = await self.get_one_or_none(
            Person.id == user_id, Person.deleted_at.is_(None), with_for_update=for_update or None
        )
        if person is None:
            raise NotFoundException
        return person


class Events(service.SQLAlchemyAsyncRepositoryService[Event]):
    class Repository(repository.SQLAlchemyAsyncRepository[Event]):
        model_type = Event

    repository_type = Repository


async def provide_people(db_session: AsyncSession) -> AsyncIterator[People]:
    async with People.new(session=db_session) as people:
        yield people


async def provide_events(db_session: AsyncSession) -> AsyncIterator[Events]:
    async with Events.new(session=db_session) as events:
        yield events


IfMatch = Annotated[str | None, Parameter(header="If-Match", required=False)]


class PeopleController(Controller):
    path = "/api/v1/users"
    dependencies = {"people": Provide(provide_people), "events": Provide(provide_events)}  # noqa: RUF012 - its own form

    @get("/{user_id:uuid}")
    async def show(self, people: People, user_id: UUID) -> Response[PersonStruct]:
        return answer(people, await people.live(user_id))

    @get()
    async def index(self, people: People, limit: int = 50, after: UUID | None = None, q: str = "") -> PageStruct:
        filters, order = [Person.deleted_at.is_(None)], Person.id
        if q:
            filters, order = [*filters, Person.id.in_(named(q.lower(), limit + 1))], Person.user_name_key
        elif after:
            filters.append(Person.id > after)
        found = await people.list(*filters, LimitOffset(limit + 1, 0), order_by=[order.asc()])
        page = people.to_schema(found[:limit], total=limit, schema_type=PersonStruct)
        return PageStruct(list(page.items), found[limit - 1].id if len(found) > limit else None)

    @post()
    async def create(
        self, people: People, events: Events, request: Request[Any, Any, Any], data: NewPerson
    ) -> Response[PersonStruct]:
        at, given = datetime.now(UTC), msgspec.to_builtins(data)
        person = Person(
            id=uuid7(),
            **{name: value for name, value in given.items() if name != "emails"},
            user_name_key=data.user_name.lower(),
            created_at=at,
            updated_at=at,
        )
        person.emails = [
            Email(id=uuid7(), **email, position=position, value_key=email["value"].lower())
            for position, email in enumerate(given["emails"])
        ]
        await people.create(person, auto_refresh=False)
        changes = {name: [None, value] for name, value in given.items()}
        await events.create(event(request, "user.created", person, changes, at), auto_commit=True, auto_refresh=False)
        return answer(people, person, 201)

    @patch("/{user_id:uuid}")
    async def update(
        self,
        people: People,
        events: Events,
        request: Request[Any, Any, Any],
        user_id: UUID,
        data: Change,
        if_match: IfMatch = None,
    ) -> Response[PersonStruct]:
        at, person = datetime.now(UTC), await people.live(user_id, for_update=True)
        if if_match and if_match.strip('"') != str(person.version):
            raise HTTPException(status_code=412)
        given = msgspec.to_builtins(data)
        changes = {name: [getattr(person, name), new] for name, new in given.items() if getattr(person, name) != new}
        for name, (_, value) in changes.items():
            setattr(person, name, value)
        person.updated_at = at
        await events.create(event(request, "user.changed", person, changes, at), auto_commit=True, auto_refresh=False)
        return answer(people, person)

    @delete("/{user_id:uuid}")
    async def delete(self, people: People, events: Events, request: Request[Any, Any, Any], user_id: UUID) -> None:
        at, person = datetime.now(UTC), await people.live(user_id, for_update=True)
        person.deleted_at = person.updated_at = at
        await events.create(event(request, "user.deleted", person, {}, at), auto_commit=True, auto_refresh=False)


def answer(people: People, person: Person, status: int = 200) -> Response[PersonStruct]:
    content = people.to_schema(person, schema_type=PersonStruct)
    return Response(content, status_code=status, headers={"ETag": f'"{person.version}"'})


def event(request: Request[Any, Any, Any], action: str, person: Person, changes: dict[str, Any], at: datetime) -> Event:
    return Event(
        id=uuid7(),
        at=at,
        action=action,
        subject_id=person.id,
        subject_label=person.user_name,
        actor="bench",
        request_id=request.headers.get("X-Request-ID"),
        changes=changes,
    )


app = Litestar(
    [PeopleController],
    plugins=[
        SQLAlchemyPlugin(
            SQLAlchemyAsyncConfig(
                connection_string=os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:"),
                session_config=AsyncSessionConfig(expire_on_commit=False),
                engine_config=EngineConfig(pool_size=int(os.environ["THREADS"]), max_overflow=0),
            )
        )
    ],
    openapi_config=None,
)
