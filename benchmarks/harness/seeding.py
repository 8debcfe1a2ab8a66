"""Fill Roster's tables and the peers' with the same people, fast, and without knowing Roster's columns.

Roster itself imports one person, the model. Every other row is the model's, with other names in the place of its own:
so whatever columns Roster derives from a name are there, in the form that this day's Roster gives them.
"""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class that psycopg2 names in lower case

from harness.database import Postgres
from harness.people import Person

ROOT = Path(__file__).parents[2]
SLUG = "bench"
GIVEN, FAMILY, NUMBER = "zgivenz", "zfamilyz", "420042"
MODEL = {
    "user_name": f"{GIVEN}.{FAMILY}.{NUMBER}",
    "email": f"{GIVEN}.{FAMILY}.{NUMBER}@bench.example",
    "given_name": GIVEN.capitalize(),
    "family_name": FAMILY.capitalize(),
    "display_name": f"{GIVEN.capitalize()} {FAMILY.capitalize()}",
    "title": "Software Engineer",
    "department": "Engineering",
    "external_id": f"x{NUMBER}",
    "office": "Bristol",
    "employee_number": NUMBER,
}
PARTS = 4096
"""Lines given to COPY at once."""

OWN = {
    "user": {"id": "s.id", "created_at": "s.created_at", "updated_at": "s.created_at"},
    "user_email": {"user_id": "s.id"},
    "event": {"id": "s.event_id", "subject_id": "s.id", "at": "s.created_at"},
}
"""Columns that are a person's own without being text."""
MARK = {"user": "user_name", "user_email": "value", "event": "subject_label"}
"""The column by which the model's row is known."""
TEXTS = {"text", "varchar", "jsonb", "tsvector"}

STAGE = """
CREATE UNLOGGED TABLE stage (number text, id uuid, event_id uuid, created_at timestamptz, given text, family text);
CREATE FUNCTION filled(model text, s stage) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT replace(replace(replace(replace(replace(model, '{given}', s.given), '{Given}', initcap(s.given)),
           '{family}', s.family), '{Family}', initcap(s.family)), '{number}', s.number)
$$
"""
UNSTAGE = "DROP FUNCTION filled; DROP TABLE stage"
COLUMNS = """
SELECT column_name, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


@dataclass(frozen=True, slots=True)
class Directory:
    """What was seeded: how many people, and the tokens that open Roster's doors."""

    rows: int
    api_token: str
    scim_token: str


def seed(
    server: Postgres, rows: int, tell: Callable[[str], object] = lambda _: None, *, peers: bool = True
) -> Directory:
    """Migrate, make an organization with `rows` people, each with an address and an event; the same for the peers."""
    tell("migrating")
    roster(server, "db", "upgrade")
    roster(server, "organizations", "create", SLUG, "--name", "Benchmark")
    api = roster(server, "tokens", "issue", "--organization", SLUG, "--kind", "api").strip()
    scim = roster(server, "tokens", "issue", "--organization", SLUG, "--kind", "scim", "--provider", "Bench").strip()
    roster(server, "users", "import", "-", "--organization", SLUG, given=_model_csv())
    connection = server.connect()
    with connection.cursor() as cursor:
        cursor.execute(_named(STAGE))
        tell(f"seeding {rows:,} people")
        _stage(connection, rows)
        for table in OWN:
            cursor.execute(_multiplied(connection, table))
        for table in reversed(OWN):
            cursor.execute(f'DELETE FROM "{table}" {_of_model(table)}')
        if peers:
            tell("seeding the peers")
            cursor.execute((ROOT / "benchmarks/peers/schema.sql").read_text())
            cursor.execute((ROOT / "benchmarks/peers/people.sql").read_text())
        cursor.execute(UNSTAGE)
        cursor.execute("VACUUM (ANALYZE)")
    connection.close()
    return Directory(rows, api, scim)


def roster(server: Postgres, *words: str, given: str | None = None) -> str:
    """Run one of Roster's commands and return what it printed."""
    environment = os.environ | {"DATABASE_URL": server.url, "SECRET_KEY": "only for benchmarks"}
    command = [str(Path(sys.executable).with_name("roster")), *words]
    done = subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(f"roster {' '.join(words)}: {done.stderr[-2000:]}{done.stdout[-500:]}")
    return done.stdout


def _model_csv() -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, MODEL)
    writer.writeheader()
    writer.writerow(MODEL)
    return text.getvalue()


def _named(statement: str) -> str:
    names = {"{given}": GIVEN, "{Given}": GIVEN.capitalize(), "{family}": FAMILY, "{Family}": FAMILY.capitalize()}
    for mark, name in (names | {"{number}": NUMBER}).items():
        statement = statement.replace(mark, name)
    return statement


def _stage(connection: Connection, rows: int) -> None:
    with connection.cursor() as cursor:
        for start in range(0, rows, PARTS):
            people = (Person(number, rows) for number in range(start, min(start + PARTS, rows)))
            lines = "".join(
                f"{p.number}\t{p.id}\t{p.event_id}\t{p.created_at.isoformat()}\t{p.given}\t{p.family}\n" for p in people
            )
            cursor.copy_expert("COPY stage FROM STDIN", io.StringIO(lines))


def _multiplied(connection: Connection, table: str) -> str:
    """The statement that writes a table's row of the model once for each person."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        columns = dict(cursor.fetchall())
    values = [OWN[table].get(name) or _value(name, kind) for name, kind in columns.items()]
    names = ", ".join(f'"{name}"' for name in columns)
    source = f'SELECT {", ".join(values)} FROM stage s CROSS JOIN "{table}" m {_of_model(table)}'
    return f'INSERT INTO "{table}" ({names}) {source}'


def _of_model(table: str) -> str:
    return f"WHERE {MARK[table]} LIKE '{MODEL['user_name']}%'"


def _value(name: str, kind: str) -> str:
    return f'filled(m."{name}"::text, s)::{kind}' if kind in TEXTS else f'm."{name}"'
