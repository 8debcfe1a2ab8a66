"""What the same reads and writes cost among 1,000, 100,000 and 1,000,000 people: it should not be more.

Prints PostgreSQL's processor time and pages (8 KB) for a request at each size, and the last as a multiple of the first;
names tables that are read from end to end. Writes results/growth.json.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness import client, processes, report, servers
from harness.database import Postgres, postgres
from harness.measuring import Tables
from harness.people import Person
from harness.seeding import seed
from harness.servers import ROSTER, Surroundings
from harness.wire import Wire, wire
from harness.works import LIST, SCIM, SEARCH, Side, Work

RESULTS = Path(__file__).parent / "results/growth.json"
SIZES = (1_000, 100_000, 1_000_000)
REQUESTS = 40
EXPLAINED = 5
BUSY_EVENTS = 10_000

FILL_GROUP = """
INSERT INTO membership (organization_id, group_id, user_id, created_at)
SELECT organization_id, %(group)s, id, now() FROM "user" ORDER BY id LIMIT %(members)s
"""
MAKE_BUSY = """
INSERT INTO event ({names}) SELECT {values} FROM event e CROSS JOIN generate_series(1, %(events)s)
WHERE e.subject_id = %(person)s
"""


@dataclass(frozen=True, slots=True)
class Growth:
    """What one work costs at one size: milliseconds of processor time and pages for a request, tables read whole."""

    work: str
    rows: int
    database_ms: float
    server_ms: float
    pages: int
    whole: list[str]


@dataclass(slots=True)
class Place:
    """A seeded directory with a large group and a busy user in it."""

    side: Side
    group: str
    members: int
    joined: int = 0
    left: int = 0

    def joining(self) -> Person:
        """Return somebody who is not in the group yet."""
        self.joined += 1
        return Person(self.members + self.joined, self.side.used.rows)

    def leaving(self) -> Person:
        """Return somebody who is in it."""
        self.left += 1
        return Person(self.members - self.left, self.side.used.rows)


Request = Callable[[Place], bytes]


def _read(path: str) -> Request:
    return lambda place: place.side.ask("GET", path.format(place=place, person=place.side.person()))


def _filtered(condition: str) -> Request:
    def ask(place: Place) -> bytes:
        text = condition.format(place=place, person=place.side.person())
        return place.side.ask("GET", f"/api/v1/users?limit=50&filter={quote(text)}")

    return ask


def _members(place: Place, verb: str, person: Person) -> bytes:
    return place.side.ask("POST", f"/api/v1/groups/{place.group}/members{verb}", {"users": [str(person.id)]})


def _deep(place: Place) -> bytes:
    rows = place.side.used.rows
    return place.side.ask("GET", f"/api/v1/users?limit=50&after={place.side.cursor(Person(rows - 60, rows))}")


def _work(work: Work) -> Request:
    return lambda place: place.side.requests(work, 1)[0]


WORKS: dict[str, tuple[Request, int]] = {
    "list, first page": (_read("/api/v1/users?limit=50"), 200),
    "list, any page": (_work(LIST), 200),
    "list, last page but one": (_deep, 200),
    "search by prefix of the user name": (_work(SEARCH), 200),
    "search by second name": (_read("/api/v1/users?limit=50&q={person.family}"), 200),
    "search by two words": (_read("/api/v1/users?limit=50&q={person.given}+{person.family}"), 200),
    "search that finds nobody": (_read("/api/v1/users?limit=50&q=zzzzqqqq"), 200),
    "search that finds everybody": (_read("/api/v1/users?limit=50&q=bench.example"), 200),
    "search by one letter, by name": (_read("/api/v1/users?limit=50&sort=display_name&q=m"), 200),
    "filter user_name eq": (_filtered('user_name eq "{person.user_name}"'), 200),
    "filter email eq": (_filtered('email eq "{person.email}"'), 200),
    "filter external_id eq": (_filtered('external_id eq "x{person.number}"'), 200),
    "filter department eq, everybody": (_filtered('department eq "engineering"'), 200),
    "filter department eq, nobody": (_filtered('department eq "nowhere"'), 200),
    "SCIM userName eq": (_work(SCIM[1]), 200),
    "group, without its members": (_read("/api/v1/groups/{place.group}"), 200),
    "group, first page of members": (_read("/api/v1/groups/{place.group}/members?limit=50"), 200),
    "group, any page of members": (_read("/api/v1/groups/{place.group}/members?limit=50&after={person.id}"), 200),
    "group, one joins": (lambda place: _members(place, "", place.joining()), 200),
    "group, one leaves": (lambda place: _members(place, "/remove", place.leaving()), 200),
    "events of a user": (_read("/api/v1/users/{person.id}/events"), 200),
    "events of a busy user": (lambda place: place.side.ask("GET", f"/api/v1/users/{_busy(place).id}/events"), 200),
}


def main() -> None:
    """Measure at each size, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="sizes, the smallest first")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write to")
    options = parser.parse_args()
    tell = report.teller(sys.stderr.isatty(), lambda text: print(text, end="", file=sys.stderr, flush=True))
    found = [growth for rows in options.rows for growth in _at_size(rows, tell)]
    tell("")
    for line in _table(found, options.rows):
        print(line)
    options.results.parent.mkdir(parents=True, exist_ok=True)
    options.results.write_text(json.dumps([asdict(growth) for growth in found], indent=1) + "\n")


def _at_size(rows: int, tell: Callable[[str], object]) -> Iterator[Growth]:
    with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-servers-") as folder:
        tables = Tables(seed(server, rows, lambda text: tell(f"{rows:,} people: {text}"), peers=False))
        around = Surroundings(server.url, Path(folder), rows, workers=1)
        with wire(server) as (counting, url):
            with servers.running([ROSTER], around) as (running,):
                place = _place(tables.side(running), server)
                costs = {name: cost for name in WORKS if (cost := _cost(name, place, server, tell))}
            with servers.running([ROSTER], replace(around, database_url=url)) as (running,):
                place.side = tables.side(running)
                for name, (database, own) in costs.items():
                    pages, whole = _plans(name, place, server, counting)
                    yield Growth(name, rows, database, own, pages, whole)


def _place(side: Side, server: Postgres) -> Place:
    """Make a group of half the people, 50,000 at most, and a user with 10,000 events."""
    made = client.ask(side.running.port, side.ask("POST", "/api/v1/groups", {"display_name": "Everybody"}))
    place = Place(side, json.loads(made[1])["id"], min(50_000, side.used.rows // 2))
    connection = server.connect()
    with connection.cursor() as cursor:
        cursor.execute(FILL_GROUP, {"group": place.group, "members": place.members})
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'event'")
        names = [name for (name,) in cursor.fetchall()]
        values = ["gen_random_uuid()" if name == "id" else f'e."{name}"' for name in names]
        statement = MAKE_BUSY.format(names=", ".join(f'"{name}"' for name in names), values=", ".join(values))
        cursor.execute(statement, {"person": str(_busy(place).id), "events": min(BUSY_EVENTS, side.used.rows)})
        cursor.execute("VACUUM (ANALYZE)")
    connection.close()
    return place


def _busy(place: Place) -> Person:
    return Person(place.side.used.rows - 1, place.side.used.rows)


def _cost(name: str, place: Place, server: Postgres, tell: Callable[[str], object]) -> tuple[float, float] | None:
    """Return the milliseconds of a request in PostgreSQL and in Roster; None where Roster has no such door yet."""
    request, status = WORKS[name]
    tell(f"{place.side.used.rows:,} people, {name}")
    port = place.side.running.port
    if client.ask(port, request(place))[0] == 404:
        return None
    client.closed(port, [request(place) for _ in range(8)], status, connections=1)
    requests = [request(place) for _ in range(REQUESTS)]
    database, before = server.pid, place.side.running.cpu()
    began = processes.cpu(database)
    client.closed(port, requests, status, connections=1)
    backends, own = processes.cpu(database) - began, place.side.running.cpu() - before
    return backends / REQUESTS * 1e3, own / REQUESTS * 1e3


def _plans(name: str, place: Place, server: Postgres, counting: Wire) -> tuple[int, list[str]]:
    """Return the pages that a request's reads touch, the middle of some, and the tables that are read whole."""
    request, _ = WORKS[name]
    pages, whole = [], set()
    for _ in range(EXPLAINED):
        counting.count.reset()
        client.ask(place.side.running.port, request(place))
        plans = list(_explained(server, counting.count.texts))
        pages.append(sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans))
        whole |= {node["Relation Name"] for plan in plans for node in _nodes(plan) if node["Node Type"] == "Seq Scan"}
    return statistics.median_low(pages), sorted(whole - {"organization", "token", "identity_provider", "group"})


def _explained(server: Postgres, statements: list[str]) -> Iterator[dict[str, Any]]:
    connection = server.connect()
    with connection.cursor() as cursor:
        for statement in statements:
            if statement.startswith(("SELECT", "WITH")):
                cursor.execute("BEGIN")
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement)
                yield cursor.fetchone()[0][0]["Plan"]
                cursor.execute("ROLLBACK")
    connection.close()


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


def _table(found: list[Growth], sizes: list[int]) -> Iterator[str]:
    head = "".join(f"{rows:>14,}" for rows in sizes)
    yield f"{'PostgreSQL ms (pages)':36}{head}{'ratio':>8}"
    for name in WORKS:
        costs = [growth for growth in found if growth.work == name]
        if costs:
            cells = "".join(f"{f'{cost.database_ms:.2f} ({cost.pages})':>14}" for cost in costs)
            whole = sorted({table for cost in costs for table in cost.whole if cost.rows > min(sizes)})
            ratio = costs[-1].database_ms / costs[0].database_ms
            yield f"{name:36}{cells}{ratio:>8.2f}{'  reads all of ' + ', '.join(whole) if whole else ''}"


if __name__ == "__main__":
    main()
