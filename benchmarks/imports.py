# ruff: noqa: RUF001 - the signs in the table are what is meant
"""Import and export of many people, beside what PostgreSQL itself takes for it, and beside an ORM row by row.

The measure of an import is COPY into staging tables and INSERT … SELECT from there, into tables with all of Roster's
columns and indexes, without any check; of an export, COPY of the same JSON. Roster runs as its command; what that takes
for a single row is taken off. Prints seconds, ratios and memory. Writes results/imports.json.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from harness import report
from harness.database import Postgres, postgres
from harness.people import Person
from harness.seeding import MODEL, ROOT, SLUG, roster, seed
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

sys.path.insert(0, str(ROOT / "benchmarks/peers"))
from tables import Email, Event
from tables import Person as Row

RESULTS = Path(__file__).parent / "results/imports.json"
TABLES = ("user", "user_email")
OF_BENCH = """
COPY (SELECT t.* FROM "{}" t JOIN organization o ON o.id = t.organization_id WHERE o.slug = 'bench') TO STDOUT
"""
BY_ROW = 2000
"""Rows that the ORM takes one by one; its time for all is reckoned from these."""
EXPORTED = """
COPY (
    SELECT json_build_object(
        'id', u.id, 'user_name', u.user_name, 'display_name', u.display_name, 'given_name', u.given_name,
        'family_name', u.family_name, 'title', u.title, 'department', u.department, 'active', u.active,
        'external_id', u.external_id, 'attributes', u.attributes, 'created_at', u.created_at,
        'updated_at', u.updated_at, 'deleted_at', u.deleted_at, 'version', u.version, 'emails', coalesce(
            (SELECT json_agg(json_build_object('value', e.value, 'type', e.type, 'primary', e."primary")
                             ORDER BY e.position)
             FROM user_email e WHERE e.organization_id = u.organization_id AND e.user_id = u.id), '[]'))
    FROM "user" u JOIN organization o ON o.id = u.organization_id
    WHERE o.slug = 'bench' AND u.deleted_at IS NULL ORDER BY u.user_name_key
) TO STDOUT
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program did: seconds, seconds to its first byte, bytes of memory at most."""

    seconds: float
    first_byte: float
    memory: int


@dataclass(frozen=True, slots=True)
class Found:
    """Seconds of each way for so many rows; Roster's seconds and bytes are those over what it takes for one row."""

    rows: int
    copy_in: float
    roster_in: float
    row_by_row: float
    roster_in_memory: int
    copy_out: float
    roster_out: float
    roster_out_csv: float
    roster_out_first_byte: float
    roster_out_csv_first_byte: float
    roster_out_memory: int


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000, help="100,000 if not given")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write to")
    parser.add_argument("--rounds", type=int, default=3, help="3 if not given")
    options = parser.parse_args()
    tell = report.teller(sys.stderr.isatty(), lambda text: print(text, end="", file=sys.stderr, flush=True))
    with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-import-") as folder:
        seed(server, options.rows, tell, peers=False)
        rounds = _measured(server, Path(folder), options.rows, options.rounds, tell)
    tell("")
    found = _middle(rounds)
    _print(found)
    options.results.parent.mkdir(parents=True, exist_ok=True)
    options.results.write_text(
        json.dumps({"median": asdict(found), "rounds": [asdict(one) for one in rounds]}, indent=1) + "\n"
    )


def _measured(server: Postgres, folder: Path, rows: int, rounds: int, tell: Callable[[str], object]) -> list[Found]:
    """Everything by turns, as often as there are rounds, so that what else the machine does weighs on all alike."""
    _write(folder / "one.csv", 1)
    _write(folder / "many.csv", rows)
    tell("import by the ORM, row by row")
    row_by_row = _row_by_row(server, min(rows, BY_ROW)) / min(rows, BY_ROW) * rows
    return [_round(server, folder, rows, number, row_by_row, tell) for number in range(rounds)]


def _round(
    server: Postgres, folder: Path, rows: int, number: int, row_by_row: float, tell: Callable[[str], object]
) -> Found:
    one, many = f"one-{number}", f"many-{number}"
    for slug in (one, many):
        roster(server, "organizations", "create", slug, "--name", slug)
    tell(f"round {number + 1}: export by COPY")
    copy_out = _copied_out(server, folder / "copied")
    tell(f"round {number + 1}: export by Roster")
    one_in = _ran(server, folder / "report", "import", str(folder / "one.csv"), "--organization", one)
    one_out = _ran(server, folder / "exported", "export", "--organization", one, "--format", "jsonl")
    exported = _ran(server, folder / "exported", "export", "--organization", SLUG, "--format", "jsonl")
    as_csv = _ran(server, folder / "exported", "export", "--organization", SLUG, "--format", "csv")
    tell(f"round {number + 1}: import by COPY")
    copy_in = _copied_in(server, folder)
    tell(f"round {number + 1}: import by Roster")
    many_in = _ran(server, folder / "report", "import", str(folder / "many.csv"), "--organization", many)
    return Found(
        rows=rows,
        copy_in=copy_in,
        roster_in=many_in.seconds - one_in.seconds,
        row_by_row=row_by_row,
        roster_in_memory=many_in.memory - one_in.memory,
        copy_out=copy_out,
        roster_out=exported.seconds - one_out.seconds,
        roster_out_csv=as_csv.seconds - one_out.seconds,
        roster_out_first_byte=exported.first_byte - one_out.first_byte,
        roster_out_csv_first_byte=as_csv.first_byte - one_out.first_byte,
        roster_out_memory=max(exported.memory, as_csv.memory) - one_out.memory,
    )


def _middle(rounds: list[Found]) -> Found:
    """The median of each figure."""
    return Found(**{name: median(getattr(one, name) for one in rounds) for name in asdict(rounds[0])})


def _ran(server: Postgres, output: Path, *words: str) -> Ran:
    """Run `roster users` with these words, its output into a file."""
    environment = os.environ | {"DATABASE_URL": server.url, "SECRET_KEY": "only for benchmarks"}
    command = [str(Path(sys.executable).with_name("roster")), "users", *words]
    began = time.perf_counter()
    with (
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=ROOT) as process,
        output.open("wb") as to,
    ):
        assert process.stdout
        part = process.stdout.read1()
        first_byte = time.perf_counter() - began
        while part:
            to.write(part)
            part = process.stdout.read1()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"roster users {' '.join(words)}: {process.returncode}: {output.read_text()[-500:]}")
    return Ran(time.perf_counter() - began, first_byte, used.ru_maxrss * 1024)


def _copied_out(server: Postgres, path: Path) -> float:
    connection = server.connect()
    with connection.cursor() as cursor, path.open("wb") as file:
        began = time.perf_counter()
        cursor.copy_expert(EXPORTED, file)
        seconds = time.perf_counter() - began
    connection.close()
    return seconds


def _copied_in(server: Postgres, folder: Path) -> float:
    """Copy the tables as they are into others like them, by way of staging tables."""
    connection, seconds = server.connect(), 0.0
    with connection.cursor() as cursor:
        for table in TABLES:
            path = folder / table
            cursor.execute(f'DROP TABLE IF EXISTS "copied_{table}", "staged_{table}"')
            cursor.execute(f'CREATE TABLE "copied_{table}" (LIKE "{table}" INCLUDING ALL)')
            cursor.execute(f'CREATE UNLOGGED TABLE "staged_{table}" (LIKE "{table}")')
            with path.open("wb") as file:
                cursor.copy_expert(OF_BENCH.format(table), file)
            began = time.perf_counter()
            with path.open("rb") as file:
                cursor.copy_expert(f'COPY "staged_{table}" FROM STDIN', file)
            cursor.execute(f'INSERT INTO "copied_{table}" SELECT * FROM "staged_{table}"')
            seconds += time.perf_counter() - began
    connection.close()
    return seconds


def _row_by_row(server: Postgres, rows: int) -> float:
    """Look each person up, add them with their address and an event, and flush; one commit at the end."""
    connection = server.connect()
    with connection.cursor() as cursor:
        cursor.execute((ROOT / "benchmarks/peers/schema.sql").read_text())
    connection.close()
    engine = create_engine(server.url.replace("postgresql:", "postgresql+psycopg2:"))
    began = time.perf_counter()
    with Session(engine) as session:
        for number in range(rows):
            _add(session, Person(number, rows))
        session.commit()
    engine.dispose()
    return time.perf_counter() - began


def _add(session: Session, person: Person) -> None:
    if session.scalar(select(Row).where(Row.user_name_key == person.user_name, Row.deleted_at.is_(None))):
        return
    at, names = datetime.now(UTC), {"given_name": person.given, "family_name": person.family}
    row = Row(
        id=uuid7(),
        user_name=person.user_name,
        user_name_key=person.user_name,
        display_name=person.given,
        active=True,
        attributes={"employee_number": str(person.number)},
        version=1,
        created_at=at,
        updated_at=at,
        **names,
    )
    row.emails = [Email(id=uuid7(), position=0, value=person.email, value_key=person.email, primary=True)]
    event = Event(id=uuid7(), at=at, action="user.created", subject_id=row.id, subject_label=row.user_name)
    event.actor, event.changes = "bench", {"user_name": [None, row.user_name]}
    session.add_all([row, event])
    session.flush()


def _write(path: Path, rows: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, MODEL)
        writer.writeheader()
        for number in range(rows):
            person = Person(number, rows)
            names = {"given_name": person.given.capitalize(), "family_name": person.family.capitalize()}
            own = {"user_name": person.user_name, "email": person.email, "display_name": " ".join(names.values())}
            numbers = {"external_id": f"x{number}", "employee_number": str(number)}
            writer.writerow(MODEL | names | own | numbers)


def _print(found: Found) -> None:
    print(f"import of {found.rows:,} people     seconds   × COPY")
    print(f"COPY, INSERT … SELECT      {found.copy_in:10.2f} {1:8.2f}")
    print(f"roster users import        {found.roster_in:10.2f} {found.roster_in / found.copy_in:8.2f}")
    print(f"an ORM, row by row         {found.row_by_row:10.2f} {found.row_by_row / found.copy_in:8.2f}")
    print(f"memory over one row: {found.roster_in_memory / 1e6:.0f} MB")
    print()
    print(f"export of {found.rows:,} people     seconds   × COPY")
    print(f"COPY of JSON               {found.copy_out:10.2f} {1:8.2f}")
    print(f"roster users export, jsonl {found.roster_out:10.2f} {found.roster_out / found.copy_out:8.2f}")
    print(f"                     csv   {found.roster_out_csv:10.2f} {found.roster_out_csv / found.copy_out:8.2f}")
    first, of_csv = found.roster_out_first_byte, found.roster_out_csv_first_byte
    print(
        f"over one row: first byte {first:.2f} s ({of_csv:.2f} s of CSV), memory {found.roster_out_memory / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
