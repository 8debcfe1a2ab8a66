"""Logs: one JSON object a line, and nothing secret in it."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask

from roster import logs, services
from tests.api import USERS, Api


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a server writes while the test runs."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure("INFO")
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stderr: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stderr.getvalue().splitlines()]


def test_a_request_is_one_line_of_json_with_its_id(
    app: Flask, stderr: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    api = Api(app)

    for number in range(3):
        api.get(headers={"X-Request-ID": f"trace-{number}"})

    written = lines(stderr)
    assert [line["request_id"] for line in written] == ["trace-0", "trace-1", "trace-2"]
    assert {line["event"] for line in written} == {"request"}
    assert {line["path"] for line in written} == {USERS}
    assert set(written[0]) == {
        *("event", "method", "path", "status", "milliseconds", "request_id", "level", "logger", "timestamp")
    }
    assert capsys.readouterr().out == ""


def test_what_libraries_log_is_in_the_same_form_and_carries_the_request(app: Flask, stderr: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="trace-1"):
        logging.getLogger("somebody.else").warning("hello %s", "world", extra={"size": 3})

    [line] = lines(stderr)
    assert (line["event"], line["logger"], line["level"], line["request_id"], line["size"]) == (
        *("hello world", "somebody.else", "warning", "trace-1", 3),
    )
    assert line["timestamp"].endswith("Z")


def test_what_is_below_the_level_is_not_written(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stderr)
    logging.getLogger("somebody.else").debug("quiet")
    structlog.stdlib.get_logger("roster.request").debug("quiet")
    logs.configure("ERROR")
    structlog.stdlib.get_logger("roster.request").info("quiet")

    assert stderr.getvalue() == ""


def test_an_accident_is_written_down_with_its_traceback_and_without_what_was_in_it(
    app: Flask, stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **options: Any) -> None:
        password = "correct horse " + "battery"  # noqa: F841 - a local that must not be shown
        raise RuntimeError("an accident")

    monkeypatch.setattr(services.users, "documents", fail)
    api = Api(app)

    response = api.get(headers={"X-Request-ID": "trace-9"})

    accident, request = lines(stderr)
    assert (response.status_code, accident["event"], request["event"]) == (500, "unexpected failure", "request")
    assert (accident["request_id"], request["request_id"]) == ("trace-9", "trace-9")
    assert accident["exception"][0]["exc_value"] == "an accident"
    assert "fail" in [frame["name"] for frame in accident["exception"][0]["frames"]]
    for secret in (api.token, "correct horse battery", "locals"):
        assert secret not in stderr.getvalue()


def test_a_hostile_path_stays_on_its_line(app: Flask, stderr: io.StringIO) -> None:
    app.test_client().get("/api/v1/%0a%7b%22event%22:1%7d%1b[31m\u2028")

    [line] = lines(stderr)
    assert line["path"].startswith('/api/v1/\n{"event":1}')


def test_a_person_at_a_terminal_reads_lines_not_json(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO) -> None:
    monkeypatch.setattr(stderr, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", stderr)  # again: pytest puts its own in place before each test
    logs.configure("INFO")

    structlog.stdlib.get_logger("roster.request").info("request", status=200)

    assert "request" in stderr.getvalue()
    assert not stderr.getvalue().startswith("{")
