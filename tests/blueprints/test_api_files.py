"""People as files, through the API."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from roster import services
from roster.blueprints.api import files
from roster.cli import worker
from tests import factories
from tests.api import Api

IMPORT, EXPORT, JOBS = "/api/v1/users/import", "/api/v1/users/export", "/api/v1/jobs"
PEOPLE = "user_name,email,office\nada,ada@x.test,4.12\nbob,bob@x.test,\n"
BROKEN = PEOPLE + "eve,nonsense,\nada,second@x.test,\n"


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app, "users:read", "users:write")


def send(api: Api, body: bytes | str, query: str = "", *, kind: str = "text/csv", **headers: str) -> Any:
    return api.post(f"{IMPORT}{query}", data=body, headers={"Content-Type": kind, **headers})


def counts(answer: Any) -> tuple[int, ...]:
    return tuple(answer.json["report"][name] for name in ("created", "updated", "unchanged", "refused"))


def work(app: Flask) -> None:
    with app.app_context():
        worker.work(Event())


def test_a_small_file_is_imported_at_once(api: Api) -> None:
    first, again = send(api, PEOPLE), send(api, PEOPLE)

    assert (first.status_code, first.json["state"], counts(first)) == (200, "done", (2, 0, 0, 0))
    assert counts(again) == (0, 0, 2, 0)
    assert [user["attributes"] for user in api.get("/api/v1/users?sort=user_name").json["items"]] == [
        {"office": "4.12"},
        {},
    ]


def test_what_is_refused_is_told_and_can_be_fetched_with_its_cells(api: Api) -> None:
    answer = send(api, BROKEN, "?on_error=skip")

    assert counts(answer) == (2, 0, 0, 2)
    assert answer.json["refused"] == [
        {"line": 4, "user_name": "eve", "reason": "email: Not an e-mail address."},
        {"line": 5, "user_name": "ada", "reason": "user_name: line 2 has the same user name."},
    ]
    refused = api.get(f"{JOBS}/{answer.json['id']}/refused")
    assert refused.headers["Content-Disposition"] == 'attachment; filename="refused.csv"'
    assert list(csv.reader(io.StringIO(refused.text))) == [
        ["line", "reason", "user_name", "email", "office"],
        ["4", "email: Not an e-mail address.", "eve", "nonsense", ""],
        ["5", "user_name: line 2 has the same user name.", "ada", "second@x.test", ""],
    ]


@pytest.mark.parametrize("query", ["", "?on_error=skip&dry_run=true", "?dry_run=true"])
def test_rollback_and_a_dry_run_keep_nothing(api: Api, query: str) -> None:
    answer = send(api, BROKEN, query)

    assert answer.json["report"]["kept"] == ("skip" in query)
    assert counts(answer)[0] == (2 if "skip" in query else 0)
    assert api.get("/api/v1/users").json["items"] == []


def test_whoever_will_not_wait_is_told_where_to_look(api: Api, app: Flask) -> None:
    answer = send(api, BROKEN, "?on_error=skip", Prefer="respond-async")
    place = answer.headers["Location"]
    before = api.get(place).json
    work(app)

    after = api.get(place)

    assert (answer.status_code, before["state"], before["done_count"]) == (202, "queued", 2)
    assert (after.json["state"], after.json["done_count"], counts(after)) == ("done", 4, (2, 0, 0, 2))
    assert [job["id"] for job in api.get(JOBS).json["items"]] == [answer.json["id"]]


def test_a_large_file_is_left_to_a_worker(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SMALL", 10)

    assert send(api, PEOPLE).status_code == 202


def test_json_lines_are_imported_and_what_was_exported_changes_nothing(api: Api, app: Flask) -> None:
    line = {
        "user_name": "ada",
        "emails": [{"value": "a@x"}, {"value": "b@x", "primary": True}],
        "attributes": {"n": [1]},
    }
    bad = [{"user_name": "eve", "nickname": "E"}, [1], {"user_name": "x", "emails": [{"value": "no"}]}]
    body = "\n".join(json.dumps(one) for one in [line, *bad]) + '\n\n{"a"\n'

    answer = send(api, body, "?on_error=skip", kind="application/x-ndjson")
    exported = api.get(f"{EXPORT}?format=jsonl")
    again = send(api, exported.data, kind="application/jsonl")

    assert counts(answer) == (1, 0, 0, 4)
    assert [one["reason"] for one in answer.json["refused"]] == [
        "nickname: Unknown field.",
        "line: Invalid input type.",
        "emails.0.value: Not an e-mail address.",
        "is not good JSON: expecting ':' delimiter at line 1, column 5.",
    ]
    assert api.get(f"{JOBS}/{answer.json['id']}/refused").text.count("\n") == 5
    assert json.loads(exported.text) == api.get("/api/v1/users").json["items"][0]
    assert counts(again) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "text/csv", 400),
        (b"name\nada\n", "text/csv", 400),
        (b"user_name,user_name\nada,ada\n", "text/csv", 400),
        (b"user_name\n\xff\n", "text/csv", 400),
        (b'user_name\n"ada\n', "text/csv", 400),
        (b"user_name\n" + b"x" * 1_100_000, "text/csv", 400),
        (b"\xff\xfe", "application/jsonl", 400),
        (b"user_name\nada\n", "application/json", 415),
        (b"user_name\nada\n", "multipart/form-data; boundary=x", 415),
        (b"user_name\nad\0a\n", "text/csv", 200),
        (b'{"user_name": "\\u0000"}', "application/jsonl", 200),
        (b'{"user_name": "\\ud800"}', "application/jsonl", 200),
    ],
)
def test_hostile_files_are_refused_in_words(api: Api, body: bytes, kind: str, status: int) -> None:
    answer = send(api, body, kind=kind)

    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json["message" if "message" in answer.json else "detail"]
    assert status != 200 or counts(answer) == (0, 0, 0, 1)
    assert api.get("/api/v1/users").json["items"] == []


def test_a_file_larger_than_the_limit_is_refused(app: Flask, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "ROSTER_MAX_IMPORT", 20)

    assert send(api, PEOPLE).status_code == 413
    assert send(api, PEOPLE[:20]).status_code == 200


def test_a_key_that_comes_again_imports_nothing_again(api: Api) -> None:
    first = send(api, PEOPLE, **{"Idempotency-Key": "k"})
    again = send(api, PEOPLE, **{"Idempotency-Key": "k"})
    other = send(api, BROKEN, **{"Idempotency-Key": "k"})
    rolled_back = send(api, BROKEN, **{"Idempotency-Key": "l"})

    assert (first.json, again.headers["Idempotency-Replayed"]) == (again.json, "true")
    assert other.json["code"] == "idempotency_key_reused"
    assert counts(rolled_back) == (0, 0, 0, 2)
    assert len(api.get(JOBS).json["items"]) == 2


def test_a_job_is_cancelled_once_and_does_nothing_more(api: Api, app: Flask) -> None:
    place = send(api, PEOPLE, Prefer="respond-async").headers["Location"]

    cancelled, again = api.post(f"{place}/cancel"), api.post(f"{place}/cancel")
    work(app)

    assert (cancelled.json["state"], again.status_code, again.json["code"]) == ("cancelled", 409, "job_not_running")
    assert api.get("/api/v1/users").json["items"] == []


def test_every_event_of_an_import_names_its_job_and_who_asked(api: Api, engine: Engine) -> None:
    job = send(api, PEOPLE).json["id"]

    with engine.connect() as connection:
        rows = connection.execute(text("SELECT DISTINCT operation_id::text, door, actor_kind, action FROM event")).all()
    assert (job, "api", "token", "user.created") in [tuple(row) for row in rows]


def test_an_export_is_a_file_and_the_same_from_both_doors(api: Api) -> None:
    send(api, PEOPLE)

    answer = api.get(EXPORT)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="users.csv"'
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.text.splitlines()[1:] == ["ada,ada@x.test,,,ada,,,,true,4.12", "bob,bob@x.test,,,bob,,,,true,"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_shows_one_moment_whatever_is_written_meanwhile(
    app: Flask, api: Api, engine: Engine, form: str
) -> None:
    with app.app_context():
        for number in range(5):
            factories.user(api.organization_id, f"u{number}", attributes={"a": 1})
    answer = api.get(f"{EXPORT}?format={form}", buffered=False)
    parts = iter(answer.response)
    told = [next(parts)]
    with app.app_context():
        factories.user(api.organization_id, "zz", attributes={"late": 1})

    told += list(parts)
    answer.close()

    assert b"zz" not in b"".join(told)
    assert b"u4" in b"".join(told)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_reader_that_leaves_gives_the_connection_back(app: Flask, api: Api, engine: Engine) -> None:
    send(api, PEOPLE)

    for form in ("csv", "jsonl"):
        answer = api.get(f"{EXPORT}?format={form}", buffered=False)
        next(iter(answer.response))
        answer.close()

    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_old_jobs_are_purged_with_their_lines(api: Api, app: Flask, engine: Engine) -> None:
    send(api, PEOPLE)

    with app.app_context():
        kept = services.jobs.purge(api.organization_id, at=datetime.now(UTC))
        gone = services.jobs.purge(api.organization_id, at=datetime.now(UTC) + services.jobs.KEPT_FOR)

    assert (kept, gone) == (0, 1)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM import_line")) == 0


def test_options_that_there_are_not_are_refused(api: Api) -> None:
    assert send(api, PEOPLE, "?on_error=ignore").status_code == 422
    assert api.get(f"{EXPORT}?format=xlsx").status_code == 422


def test_settings_bound_an_import(app: Flask) -> None:
    assert app.config["ROSTER_MAX_IMPORT"] == replace(app.extensions["roster.settings"]).max_import == 67_108_864
