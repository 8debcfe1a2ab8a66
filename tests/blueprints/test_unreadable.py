"""What gunicorn can't read is answered in our voice."""

import json
from http import HTTPStatus
from socket import socketpair
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidHeader, LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

from roster.blueprints.every_request.unreadable import Worker, answer


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def warning(self, message: str, *parts: Any) -> None:
        self.lines.append(message % parts)

    debug = warning


@pytest.fixture
def worker() -> Worker:
    made: Worker = Worker.__new__(Worker)
    made.log, made.cfg = Log(), Config()
    return made


def sent(worker: Worker, error: BaseException) -> tuple[list[str], dict[str, Any]]:
    ours, theirs = socketpair()
    with ours, theirs:
        worker.handle_error(None, ours, ("127.0.0.1", 1), error)
        head, _, body = theirs.recv(10_000).decode().partition("\r\n\r\n")
    return head.split("\r\n"), json.loads(body)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (LimitRequestLine(9000, 8190), 414, "request_uri_too_long"),
        (LimitRequestHeaders("too many"), 431, "request_header_fields_too_large"),
        (InvalidHeader("<script>"), 400, "malformed_request"),
    ],
)
def test_it_is_a_problem_that_tells_nothing_back(worker: Worker, error: Exception, status: int, code: str) -> None:
    head, problem = sent(worker, error)

    assert head[0] == f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
    assert {"Connection: close", "Content-Type: application/problem+json"} <= set(head)
    assert f"X-Request-ID: {problem['request_id']}" in head
    assert (problem["status"], problem["code"], problem["errors"]) == (status, code, [])
    assert "script" not in str(problem)
    assert problem["request_id"] in worker.log.lines[0]


def test_a_client_that_went_away_is_no_failure(worker: Worker) -> None:
    ours, theirs = socketpair()
    theirs.close()

    with ours:
        worker.handle_error(None, ours, None, LimitRequestLine(9000, 8190))

    assert worker.log.lines[-1] == "the client did not wait for the answer"


def test_what_is_no_fault_of_the_request_is_left_to_gunicorn(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(ThreadWorker, "handle_error", lambda *arguments: seen.append(arguments[-1]))
    failure = ValueError("ours")

    worker.handle_error(SimpleNamespace(), None, None, failure)

    assert seen == [failure]


def test_the_length_is_that_of_the_bytes() -> None:
    head, _, body = answer(HTTPStatus.BAD_REQUEST, "x").partition(b"\r\n\r\n")

    assert f"Content-Length: {len(body)}".encode() in head
