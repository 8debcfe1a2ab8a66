"""`roster worker`: jobs that survive whoever does them."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from roster import services
from roster.cli import worker
from roster.cli.command import now
from roster.schemas.files import user_csv
from roster.services import imports
from roster.services.imports import Options
from tests import factories
from tests.cli.conftest import ROSTER

PEOPLE = 12_000


@pytest.fixture
def organization_id(app: Flask) -> Iterator[UUID]:
    with app.app_context():
        yield factories.organization("acme").id


def lines(count: int) -> Callable[[], Iterator[user_csv.Record]]:
    text = ["user_name,email,title\n", *(f"u{n},u{n}@x.test,T\n" for n in range(count)), "u0,u0@x.test,again\n"]
    return lambda: user_csv.read(iter(text))


def stage(organization_id: UUID, count: int = PEOPLE, **options: Any) -> Any:
    given = Options(**{"on_error": "skip", "columns": ["user_name", "email", "title"]} | options)
    return services.imports.stage(
        factories.actor(organization_id), lines(count), given, state="queued", at=factories.NOW
    )


def told(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"'))  # noqa: S608 - our own tables
            for name in ("user", "user_email", "event")
        }


def written(engine: Engine, statement: str, **values: Any) -> None:
    """Write as somebody else does."""
    with create_engine(engine.url, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement), values)


def job_of(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(text("SELECT * FROM job")).one()


@contextmanager
def working(environment: dict[str, str], database_url: str, cwd: Path) -> Iterator["subprocess.Popen[str]"]:
    """A worker of its own, with a log that nobody reads."""
    variables = environment | {"DATABASE_URL": database_url, "SECRET_KEY": "x", "PYTHONWARNINGS": "default"}
    with (
        (cwd / "worker.log").open("a") as log,
        subprocess.Popen(  # noqa: S603 - our own script
            [str(ROSTER), "worker"], env=variables, cwd=cwd, stdout=log, stderr=log, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_what_a_killed_worker_left_is_finished_by_another_and_nothing_comes_twice(
    organization_id: UUID, engine: Engine, environment: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    stage(organization_id)
    with working(environment, database_url, tmp_path) as killed:
        until(lambda: job_of(engine).position > 0)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait(10)
    left = job_of(engine)
    written(engine, "UPDATE job SET heartbeat_at = heartbeat_at - interval '1 minute'")

    with working(environment, database_url, tmp_path):
        until(lambda: job_of(engine).state == "done")

    done = job_of(engine)
    assert (left.state, left.attempts, done.attempts) == ("running", 1, 2)
    assert left.position < PEOPLE
    assert done.report == {"created": PEOPLE, "updated": 0, "unchanged": 0, "refused": 1, "kept": True}
    assert done.done_count == done.total_count == PEOPLE + 1
    assert told(engine) == {"user": PEOPLE, "user_email": PEOPLE, "event": PEOPLE + 1}


def test_a_worker_that_is_told_to_end_lets_go_of_its_job(
    organization_id: UUID, engine: Engine, environment: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    stage(organization_id)
    with working(environment, database_url, tmp_path) as process:
        until(lambda: job_of(engine).state == "running")
        process.terminate()
        assert process.wait(20) == 0
        assert "Traceback" not in (tmp_path / "worker.log").read_text()

    left = job_of(engine)
    worker.work(Event())

    assert left.state in {"queued", "done"}
    assert job_of(engine).report["created"] == PEOPLE
    assert told(engine)["event"] == PEOPLE + 1


def test_whoever_was_overtaken_writes_nothing_more(organization_id: UUID, engine: Engine) -> None:
    job = stage(organization_id, 10)
    first = services.jobs.claim(organization_id, at=factories.NOW)
    second = services.jobs.claim(organization_id, at=factories.NOW + 2 * services.jobs.LOST_AFTER)
    assert first is not None
    assert second is not None

    with pytest.raises(services.jobs.AppException) as caught:
        services.imports.step(organization_id, job.id, first.attempts, clock=now)

    assert caught.value.error.code == "job_not_running"
    assert told(engine)["user"] == 0
    assert services.imports.step(organization_id, job.id, second.attempts, clock=now).report["created"] == 10


def test_a_job_that_ends_every_worker_fails_in_the_end(organization_id: UUID, engine: Engine) -> None:
    stage(organization_id, 10)
    at = factories.NOW

    for _ in range(services.jobs.MOST_ATTEMPTS):
        assert services.jobs.claim(organization_id, at=at).state == "running"  # type: ignore[union-attr]
        at += 2 * services.jobs.LOST_AFTER
    last = services.jobs.claim(organization_id, at=at)

    assert last is not None
    assert (last.state, services.jobs.claim(organization_id, at=at)) == ("failed", None)


def test_a_job_that_can_not_be_done_fails_alone(
    organization_id: UUID, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(organization_id, 10)
    monkeypatch.setattr(worker, "STEPS", {"users.import": lambda *_, **__: 1 / 0})

    worker.work(Event())

    assert job_of(engine).state == "failed"


@pytest.mark.parametrize("options", [{"on_error": "rollback"}, {"dry_run": True}])
def test_all_or_nothing_and_a_dry_run_leave_nothing_and_say_what_would_be(
    organization_id: UUID, engine: Engine, options: dict[str, Any]
) -> None:
    stage(organization_id, PEOPLE, **options)

    worker.work(Event())

    done = job_of(engine)
    kept = "dry_run" in options
    assert told(engine) == {"user": 0, "user_email": 0, "event": 1}
    assert done.report == {
        "created": PEOPLE if kept else 0,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
        "kept": kept,
    }


def test_a_whole_that_is_cancelled_meanwhile_is_rolled_back(
    organization_id: UUID, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = stage(organization_id, 30, on_error="rollback", columns=[])
    monkeypatch.setattr(imports.steps, "PART", 10)
    claimed = services.jobs.claim(organization_id, at=factories.NOW)
    assert claimed is not None

    def cancel(_: int) -> None:
        written(engine, "UPDATE job SET state = 'cancelled'")

    with pytest.raises(services.jobs.AppException):
        services.imports.step(organization_id, job.id, 1, clock=now, progress=cancel)

    assert told(engine)["user"] == 0


def test_what_others_write_meanwhile_is_neither_lost_nor_in_the_way(
    organization_id: UUID, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the write, one of the names is taken and one of the users is changed."""
    ada = factories.user(organization_id, "u3", title="T", department="old")
    job = stage(organization_id, 10)
    claimed = services.jobs.claim(organization_id, at=factories.NOW)
    assert claimed is not None
    look, meddled = imports.taking.core.users.by_user_name_keys, []

    def meddle(*arguments: Any) -> Any:
        found = look(*arguments)
        if not meddled:
            meddled.append(True)
            change = "UPDATE \"user\" SET department = 'new', version = version + 1 WHERE id = :id"
            written(engine, change, id=ada.id)
        return found

    monkeypatch.setattr(imports.taking.core.users, "by_user_name_keys", meddle)

    report = services.imports.step(organization_id, job.id, 1, clock=now).report

    changed = services.users.get(organization_id, ada.id)
    assert (report["created"], report["updated"]) == (9, 1)
    assert (changed.department, changed.email, changed.version) == ("new", "u3@x.test", 3)


def test_columns_are_mapped_after_the_file_is_here(organization_id: UUID, engine: Engine) -> None:
    cells = ["Login,Mail,Nobody wants,Room\n", "ada,ada@x,1,4.12\n", "bob,nonsense,2,\n", "ADA,a@x,3,\n"]
    actor = factories.actor(organization_id)
    columns = user_csv.read_header(iter(cells))
    job = services.imports.stage(
        actor, lambda: user_csv.read_cells(iter(cells)), Options(columns=columns), state="staged", at=factories.NOW
    )
    raw = services.imports.preview(organization_id, job.id)
    mapping = {"Login": "user_name", "Mail": "email", "Room": "office"}
    layout = user_csv.Layout([mapping.get(name, "") for name in columns])
    options = Options("skip", columns=columns, mapping=mapping)

    mapped = services.imports.map_columns(actor, job.id, layout.record, options, at=factories.NOW)
    shown = services.imports.preview(organization_id, job.id)
    services.imports.start(actor, job.id)
    worker.work(Event())

    assert [row.cells[0] for row in raw] == ["ada", "bob", "ADA"]
    assert (mapped.state, mapped.report["refused"], mapped.done_count) == ("staged", 2, 2)
    assert [row.fault for row in shown] == [
        None,
        "email: Not an e-mail address.",
        "user_name: line 2 has the same user name.",
    ]
    assert job_of(engine).report["created"] == 1
    [ada] = services.users.search(organization_id).rows
    assert (ada.email, ada.attributes) == ("ada@x", {"office": "4.12"})
    with pytest.raises(services.jobs.AppException):
        services.imports.start(actor, job.id)


def test_ctrl_c_says_how_far_it_came(
    organization_id: UUID, engine: Engine, environment: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("user_name\n" + "".join(f"u{n}\n" for n in range(60_000)))
    command = [str(ROSTER), "users", "import", "people.csv", "--organization", "acme", "--on-error", "skip"]
    variables = environment | {"DATABASE_URL": database_url, "SECRET_KEY": "x"}
    with subprocess.Popen(  # noqa: S603 - our own script
        command, env=variables, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        until(lambda: told(engine)["user"] > 0)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)

    job = job_of(engine)
    assert process.returncode == 1
    assert job.state == "cancelled"
    assert told(engine)["user"] == job.report["created"] > 0
    assert f"{job.report['created']} users are written" in said[1]
    assert "Traceback" not in said[1]
    assert json.dumps(job.report)
