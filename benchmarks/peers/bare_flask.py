"""The measure: one Flask application, raw psycopg2, a pool, and SQL written by hand.

Does the six works on `peers.person` with an event for each change: reads in autocommit, one statement each; writes in
one transaction; a page by keyset; a search by prefix over user names and addresses; `If-Match`; orjson.
Leaves out: authentication, validation, request ids, logs, metrics, limits, retries, deadlines, every layer.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from queue import LifoQueue
from typing import Any

import orjson
import psycopg2
from flask import Flask, Response, request
from psycopg2.extras import Json
from uuid_utils.compat import uuid7

COLUMNS = [
    "id",
    "user_name",
    "display_name",
    "given_name",
    "family_name",
    "email",
    "emails",
    "title",
    "department",
    "active",
    "external_id",
    "attributes",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
]
SELECT = """
SELECT p.id, p.user_name, p.display_name, p.given_name, p.family_name, e.email, e.emails, p.title, p.department,
       p.active, p.external_id, p.attributes, p.created_at, p.updated_at, p.deleted_at, p.version
FROM peers.person p
CROSS JOIN LATERAL (
    SELECT min(value) FILTER (WHERE "primary") AS email,
           coalesce(
               jsonb_agg(jsonb_build_object('value', value, 'type', type, 'primary', "primary") ORDER BY position),
               '[]'
           ) AS emails
    FROM peers.person_email WHERE person_id = p.id
) e
"""
ONE = SELECT + "WHERE p.id = %s AND p.deleted_at IS NULL"
LOCKED = ONE + " FOR UPDATE OF p"
FIRST_PAGE = SELECT + "WHERE p.deleted_at IS NULL ORDER BY p.id LIMIT %s"
NEXT_PAGE = SELECT + "WHERE p.deleted_at IS NULL AND p.id > %s ORDER BY p.id LIMIT %s"
FOUND = (
    SELECT
    + """
WHERE p.deleted_at IS NULL AND p.id IN (
    (SELECT id FROM peers.person WHERE user_name_key LIKE %(prefix)s AND deleted_at IS NULL
     ORDER BY user_name_key LIMIT %(limit)s)
    UNION
    (SELECT person_id FROM peers.person_email WHERE value_key LIKE %(prefix)s ORDER BY value_key LIMIT %(limit)s)
) ORDER BY p.user_name_key LIMIT %(limit)s
"""
)
INSERT = """
INSERT INTO peers.person (id, user_name, user_name_key, display_name, given_name, family_name, title, department,
                          active, external_id, attributes, version, created_at, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s)
"""
INSERT_EMAIL = """
INSERT INTO peers.person_email (id, person_id, position, value, value_key, type, "primary")
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
INSERT_EVENT = """
INSERT INTO peers.person_event (id, at, action, subject_id, subject_label, actor, request_id, changes)
VALUES (%s, %s, %s, %s, %s, 'bench', %s, %s)
"""
DELETE = "UPDATE peers.person SET deleted_at = %s, updated_at = %s, version = version + 1 WHERE id = %s"

app = Flask(__name__)
pool: LifoQueue[Any] = LifoQueue()
slots = threading.Semaphore(int(os.environ["THREADS"]))


@contextmanager
def connection() -> Iterator[Any]:
    """Lend a connection in autocommit, at most as many as there are threads."""
    with slots:
        one = pool.get() if pool.qsize() else _connect()
        try:
            yield one
        finally:
            pool.put(one)


@contextmanager
def transaction() -> Iterator[Any]:
    """Lend a cursor in a transaction, which is committed, or rolled back if it fails."""
    with connection() as one:
        one.autocommit = False
        try:
            with one, one.cursor() as cursor:
                yield cursor
        finally:
            one.autocommit = True


def _connect() -> Any:
    one = psycopg2.connect(os.environ["DATABASE_URL"])
    one.autocommit = True
    return one


def rows(statement: str, parameters: Any) -> list[dict[str, Any]]:
    with connection() as one, one.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def answer(content: Any, status: int = 200, version: int | None = None) -> Response:
    response = Response(orjson.dumps(content), status, mimetype="application/json")
    if version is not None:
        response.set_etag(str(version))
    return response


@app.get("/api/v1/users/<uuid:user_id>")
def show(user_id: Any) -> Response:
    found = rows(ONE, [str(user_id)])
    return answer(found[0], version=found[0]["version"]) if found else answer({"error": "not found"}, 404)


@app.get("/api/v1/users")
def index() -> Response:
    limit, after, prefix = int(request.args.get("limit", 50)), request.args.get("after"), request.args.get("q")
    if prefix:
        page = rows(FOUND, {"prefix": prefix.lower() + "%", "limit": limit + 1})
    elif after:
        page = rows(NEXT_PAGE, [after, limit + 1])
    else:
        page = rows(FIRST_PAGE, [limit + 1])
    return answer({"items": page[:limit], "next": page[limit - 1]["id"] if len(page) > limit else None})


@app.post("/api/v1/users")
def create() -> Response:
    given, at, key = orjson.loads(request.data), datetime.now(UTC), str(uuid7())
    person = {name: given.get(name) for name in COLUMNS} | {
        "id": key, "emails": given["emails"], "active": True, "attributes": given.get("attributes", {}),
        "email": given["emails"][0]["value"], "created_at": at, "updated_at": at, "version": 1,
    }  # fmt: skip
    with transaction() as cursor:
        names = [
            person[name] for name in ("display_name", "given_name", "family_name", "title", "department", "active")
        ]
        attributes = Json(person["attributes"])
        name = person["user_name"]
        cursor.execute(INSERT, [key, name, name.lower(), *names, person["external_id"], attributes, at, at])
        for position, email in enumerate(person["emails"]):
            value = email["value"]
            cursor.execute(
                INSERT_EMAIL,
                [str(uuid7()), key, position, value, value.lower(), email.get("type"), email.get("primary", False)],
            )
        _record(cursor, "user.created", person, {field: [None, value] for field, value in given.items()}, at)
    return answer(person, 201, 1)


@app.patch("/api/v1/users/<uuid:user_id>")
def update(user_id: Any) -> Response:
    given, at = orjson.loads(request.data), datetime.now(UTC)
    with transaction() as cursor:
        person = _locked(cursor, user_id)
        if person is None:
            return answer({"error": "not found"}, 404)
        if request.if_match and str(person["version"]) not in request.if_match:
            return answer({"error": "stale"}, 412)
        changes = {name: [person[name], value] for name, value in given.items() if person[name] != value}
        assignments = ", ".join(f"{name} = %s" for name in changes)  # names are our own columns: COLUMNS holds them
        cursor.execute(
            f"UPDATE peers.person SET {assignments}, updated_at = %s, version = version + 1 WHERE id = %s",
            [*(after for _, after in changes.values()), at, person["id"]],
        )
        person |= given | {"updated_at": at, "version": person["version"] + 1}
        _record(cursor, "user.changed", person, changes, at)
    return answer(person, version=person["version"])


@app.delete("/api/v1/users/<uuid:user_id>")
def delete(user_id: Any) -> Response:
    at = datetime.now(UTC)
    with transaction() as cursor:
        person = _locked(cursor, user_id)
        if person is None:
            return answer({"error": "not found"}, 404)
        cursor.execute(DELETE, [at, at, person["id"]])
        _record(cursor, "user.deleted", person, {}, at)
    return Response(status=204)


def _locked(cursor: Any, user_id: Any) -> dict[str, Any] | None:
    cursor.execute(LOCKED, [str(user_id)])
    row = cursor.fetchone()
    return row and dict(zip(COLUMNS, row, strict=True))


def _record(cursor: Any, action: str, person: Any, changes: Any, at: datetime) -> None:
    request_id = request.headers.get("X-Request-ID")
    cursor.execute(
        INSERT_EVENT, [str(uuid7()), at, action, person["id"], person["user_name"], request_id, Json(changes)]
    )
