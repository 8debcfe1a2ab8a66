"""The works: what is asked of every contestant, each time of somebody else."""

import base64
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from harness import client
from harness.people import FEW, NAMESAKES, Person
from harness.seeding import Directory
from harness.servers import Running

LIMIT = 50
SCIM_JSON = "application/scim+json"


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of request.

    Args:
        name: a word for it.
        title: what a table calls it.
        status: the answer that it must have.
        request: what makes one, of the side that is asked and a person.
        aim: how many times the measure's processor time Roster may take; for SCIM, how many times the peer's
            requests per second of processor time it must reach.
    """

    name: str
    title: str
    status: int
    request: Callable[["Side", Person], bytes]
    aim: float
    draws: str = "read"


@dataclass(slots=True)
class Side:
    """One contestant as a client sees it, and how far its tables have been used up."""

    running: Running
    directory: Directory
    used: "Used"
    cursor: Callable[[Person], str] = field(init=False)

    def __post_init__(self) -> None:
        self.cursor = _cursors(self) if self.running.name == "roster" else lambda person: str(person.id)

    def person(self) -> Person:
        """Return anybody who is read."""
        (person,) = self.used.draw("read", 1)
        return person

    def requests(self, work: Work, count: int) -> list[bytes]:
        """Return so many requests of a work, ready to be sent."""
        return [work.request(self, person) for person in self.used.draw(work.draws, count)]

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> bytes:
        """Return the bytes of one request."""
        body = b"" if content is None else json.dumps(content).encode()
        scim = path.startswith("/scim/")
        token = self.directory.scim_token if scim else self.directory.api_token
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*", f"Authorization: Bearer {token}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body:
            lines += [f"Content-Type: {SCIM_JSON if scim else 'application/json'}", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(slots=True)
class Used:
    """Who of some tables was changed (how often) and deleted. The first half is read and changed, the rest deleted."""

    rows: int
    random: random.Random
    versions: dict[int, int] = field(default_factory=dict)
    deleted: int = 0

    def draw(self, how: str, count: int) -> Iterable[Person]:
        """Give so many people: all different where they are changed, never again where they are deleted."""
        half = self.rows // 2
        if how == "change":
            numbers: Iterable[int] = self.random.sample(range(half), count)
        elif how == "delete":
            if self.deleted + count > self.rows - half:
                raise client.LoadError("Everybody is deleted: give more --rows, or fewer --rounds.")
            numbers = range(half + self.deleted, half + self.deleted + count)
            self.deleted += count
        else:
            numbers = self.random.choices(range(min(half, FEW) if how == "few" else half), k=count)
        return (Person(number, self.rows) for number in numbers)

    def next_version(self, person: Person) -> int:
        """Return the version a person has, and count the change that is to come."""
        version = self.versions.get(person.number, 1)
        self.versions[person.number] = version + 1
        return version


def _cursors(side: Side) -> Callable[[Person], str]:
    """Return what makes Roster's cursor for the place after anybody: the first page's, with their id and time in it."""
    status, body = client.ask(side.running.port, side.ask("GET", "/api/v1/users?limit=1"))
    first = json.loads(body)
    text = base64.urlsafe_b64decode(first["next"] + "==").decode()
    model = first["items"][0]
    if status != 200 or model["id"] not in text:
        raise client.LoadError("Roster's cursors no longer hold an id: mend works._cursors.")

    def cursor(person: Person) -> str:
        of_person = text.replace(model["id"], str(person.id))
        for form in (model["created_at"], model["created_at"].replace("Z", "+00:00")):
            of_person = of_person.replace(form, person.created_at.isoformat())
        return base64.urlsafe_b64encode(of_person.encode()).rstrip(b"=").decode()

    return cursor


def _create(side: Side, person: Person) -> bytes:
    name = f"new.{person.given}.{uuid4().hex}"
    names = {"given_name": person.given.capitalize(), "family_name": person.family.capitalize()}
    content = {
        "user_name": name,
        "display_name": " ".join(names.values()),
        **names,
        "emails": [{"value": f"{name}@bench.example", "type": "work", "primary": True}],
        "title": "Software Engineer",
        "department": "Engineering",
        "external_id": uuid4().hex,
        "attributes": {"office": "Bristol", "employee_number": str(person.number)},
    }
    return side.ask("POST", "/api/v1/users", content)


def _change(side: Side, person: Person) -> bytes:
    version = side.used.next_version(person)
    content = {"title": f"Engineer {version}", "department": f"Department {version}"}
    return side.ask("PATCH", f"/api/v1/users/{person.id}", content, If_Match=f'"{version}"')


def _scim_list(side: Side, person: Person) -> bytes:
    start = person.number % (min(FEW, side.used.rows // 2) - 100) + 1
    return side.ask("GET", f"/scim/v2/Users?startIndex={start}&count=100")


def prefix(person: Person) -> str:
    """Return the beginning of the user names and addresses of 64 people."""
    return f"{Person(person.number // NAMESAKES * NAMESAKES, person.of).given}."


READ = Work("read", "read one by id", 200, lambda side, p: side.ask("GET", f"/api/v1/users/{p.id}"), 1.5)
LIST = Work(
    "list",
    "list of 50, keyset",
    200,
    lambda side, p: side.ask("GET", f"/api/v1/users?limit={LIMIT}&after={side.cursor(p)}"),
    1.4,
)
SEARCH = Work(
    "search",
    "search by prefix, 50",
    200,
    lambda side, p: side.ask("GET", f"/api/v1/users?limit={LIMIT}&q={prefix(p)}"),
    1.4,
)
CREATE = Work("create", "create with event", 201, _create, 1.7)
CHANGE = Work("change", "change with If-Match and event", 200, _change, 1.7, draws="change")
DELETE = Work(
    "delete",
    "delete with event",
    204,
    lambda side, p: side.ask("DELETE", f"/api/v1/users/{p.id}"),
    1.5,
    draws="delete",
)
API = (READ, LIST, SEARCH, CREATE, CHANGE, DELETE)
SCIM = (
    Work("scim_read", "SCIM read one", 200, lambda side, p: side.ask("GET", f"/scim/v2/Users/{p.id}"), 3, "few"),
    Work(
        "scim_eq",
        "SCIM userName eq",
        200,
        lambda side, p: side.ask("GET", f"/scim/v2/Users?filter=userName%20eq%20%22{p.user_name}%22"),
        3,
        "few",
    ),
    Work("scim_list", "SCIM list of 100", 200, _scim_list, 30, "few"),
)
