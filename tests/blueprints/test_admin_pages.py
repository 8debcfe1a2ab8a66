"""What holds for every page: headers, static files, weight, failures."""

import gzip
import hashlib
import re
from pathlib import Path
from typing import NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

import roster
from roster import services
from roster.cli.demo_people import people
from tests.pages import Pages, words

STATIC = Path(roster.__file__).parent / "static"
LINKED = re.compile(r'(?:href|src)="(/static/[^"#]+)')
EVERYWHERE = [
    "",
    "new",
    "/admin/login",
    "/nowhere",
    "/api/docs",
    "/admin/account",
    "/admin/account/codes",
    "/admin/account/password",
    "/admin/administrators",
    "/admin/administrators/invite",
    "/admin/organizations",
    "/admin/organizations/new",
    *(f"/admin/SLUG/{room}" for room in ("groups", "groups/new", "events", "tokens", "tokens/new", "bin", "settings")),
]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_page_has_the_headers_and_is_kept_by_no_cache(app: Flask, path: str) -> None:
    pages = Pages(app)

    answer = pages.get(path.replace("SLUG", pages.slug))

    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", EVERYWHERE)
def test_no_page_has_anything_inline(app: Flask, path: str) -> None:
    pages = Pages(app)

    text = pages.get(path.replace("SLUG", pages.slug)).text

    assert " style=" not in text
    assert "<style" not in text
    assert "<script>" not in text
    assert not re.search(r"\son\w+=", text)


def test_static_files_are_kept_for_good_under_their_contents_hash(client: FlaskClient) -> None:
    page = client.get("/admin/set-up").text
    address = next(link for link in LINKED.findall(page) if "base.css" in link)

    kept = client.get(address)
    other = client.get(address[:-1])
    plain = client.get(address.partition("?")[0])

    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert other.headers["Cache-Control"] == plain.headers["Cache-Control"] == "no-cache"
    for answer in (kept, other, plain):
        answer.close()


def test_a_static_file_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/static/nothing.css").status_code == 404
    assert client.get("/static/../secret_key").status_code == 404


def test_what_others_wrote_is_what_they_wrote() -> None:
    folder = STATIC / "vendor" / "htmx"
    recorded = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())

    assert {path.name for path in folder.iterdir()} == {*recorded, "SHA256SUMS"}
    for name, digest in recorded.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_a_first_page_is_light(app: Flask) -> None:
    pages = Pages(app)
    for person in people(60):
        pages.add(**{name: value for name, value in person.items() if name != "email"})

    page = pages.get()
    bodies = [page.data]
    for address in {*LINKED.findall(page.text)}:
        with pages.client.get(address) as answer:
            bodies.append(answer.data)

    assert page.text.count("<tr") == 51
    assert sum(len(gzip.compress(body)) for body in bodies) <= 60_000


def test_a_wrong_method_is_refused_in_words(app: Flask) -> None:
    pages = Pages(app)
    answer = pages.client.get(pages.url(f"{pages.add().id}/delete"))

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert "This address does not take that kind of request." in words(answer)


def test_a_page_while_the_database_is_away_asks_nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Pages(app)

    def away(*_: object, **__: object) -> NoReturn:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"), connection_invalidated=True)

    monkeypatch.setattr(services.sign_ins, "find", away)
    answer = pages.get()

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Back in a moment" in words(answer)
    assert answer.headers["X-Request-ID"] in words(answer)
    assert "server closed" not in answer.text


def test_a_failure_nobody_expected_tells_nothing_but_its_number(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Pages(app)

    def broken(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(services.users, "search", broken)
    answer = pages.get()

    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-ID"] in words(answer)


def test_the_api_is_described_for_people(app: Flask) -> None:
    page = Pages(app).get("/api/docs")

    assert page.status_code == 200
    assert "/api/v1/users/{user_id}/restore" in words(page)
    assert "curl -X DELETE http://localhost/api/v1/users/$ID" in words(page)
    assert 'id="schema-UserCreate"' in page.text
