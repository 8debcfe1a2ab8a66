"""Languages: which one a page speaks, and that the others say all that English says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask

from roster import errors, services
from roster.blueprints.languages import FORMATS, LANGUAGES
from roster.blueprints.languages.sentences import in_this_language
from tests.factories import NOW
from tests.pages import PASSWORD, Pages, words

ROOT = Path(__file__).parents[2]
OTHERS = sorted(set(LANGUAGES) - {"en"})
GAP, TAG = re.compile(r"%\(\w+\)s"), re.compile(r"</?\w+")


@pytest.fixture(scope="module")
def asked_for(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """All strings of pages, extracted as `make messages` does it."""
    keywords = re.search(r"^KEYWORDS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert keywords is not None
    template = tmp_path_factory.mktemp("messages") / "messages.pot"
    command = ["pybabel", "--quiet", "extract", "-F", "babel.cfg", *keywords[1].split(), "-o", str(template), "."]

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        CommandLineInterface().run(command)

    with template.open("rb") as file:
        return read_po(file)


def catalogue(language: str, kind: str = "po") -> Catalog:
    with (ROOT / f"src/roster/translations/{language}/LC_MESSAGES/messages.{kind}").open("rb") as file:
        return read_po(file, locale=language) if kind == "po" else read_mo(file)


def sentences(message: Message) -> Iterator[tuple[str, str]]:
    """Each form of a message beside its translation; the plural of English stands for all plurals."""
    if isinstance(message.id, str):
        yield message.id, message.string
    else:
        yield from zip(message.id, message.string, strict=True)


def test_every_language_is_written_in_a_way_of_its_own() -> None:
    assert set(FORMATS) == set(LANGUAGES)
    assert {path.name for path in (ROOT / "src/roster/translations").iterdir()} == set(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_untranslated_and_nothing_is_guessed(language: str, asked_for: Catalog) -> None:
    found = catalogue(language)
    said = {message.id for message in found if message.id and all(there for _, there in sentences(message))}

    assert sorted(map(str, {message.id for message in asked_for if message.id} - said)) == []
    assert [message.id for message in found if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_filled_in_and_what_is_marked_up_is_the_same_in_each(language: str) -> None:
    found = catalogue(language)
    uneven = [
        (english, there)
        for message in found
        if message.id
        for english, there in sentences(message)
        for shape in (GAP, TAG)
        if sorted(shape.findall(english)) != sorted(shape.findall(there))
    ]

    assert uneven == []
    assert [fault for message in found for fault in message.check(found)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    def told(kind: str) -> list[tuple[str, str]]:
        return sorted(both for message in catalogue(language, kind) if message.id for both in sentences(message))

    assert told("mo") == told("po")


@pytest.mark.parametrize(
    ("asked", "language", "heading"),
    [("de-AT, en;q=0.5", "de", "Anmelden"), ("fr, en;q=0.5", "en", "Sign in"), ("", "en", "Sign in")],
)
def test_strangers_are_spoken_to_as_their_browser_asks(app: Flask, asked: str, language: str, heading: str) -> None:
    client = app.test_client()
    with app.app_context():
        services.administrators.create("a@b.test", PASSWORD, "owner", at=NOW)

    page = client.get("/admin/login", headers={"Accept-Language": asked})

    assert f'<html lang="{language}"' in page.text
    assert f"<h1>{heading}</h1>" in page.text


def test_what_an_administrator_prefers_goes_before_what_the_browser_asks(app: Flask) -> None:
    pages = Pages(app)

    said = pages.post("/admin/account/preferences", page="/admin/account/preferences", language="de")
    shown = pages.client.get("/admin/account", headers={"Accept-Language": "en"})

    assert "Gespeichert." in words(said)
    assert '<html lang="de"' in shown.text
    assert "Zwei-Faktor-Anmeldung" in words(shown)


def test_times_are_told_in_the_preferred_zone_and_else_in_the_browsers(app: Flask) -> None:
    pages = Pages(app)
    pages.client.set_cookie("tz", "Asia/Tokyo")
    user = pages.add()
    at = 'datetime="2026-03-01T12:00:00Z" title="1 Mar 2026, 12:00:00 UTC"'

    assert f"<time {at}>1 Mar 2026, 21:00</time>" in pages.get(f"{user.id}").text

    pages.post("/admin/account/preferences", page="/admin/account/preferences", timezone="America/New_York")

    assert f"<time {at}>1 Mar 2026, 07:00</time>" in pages.get(f"{user.id}").text


@pytest.mark.parametrize("values", [{"language": "tlh"}, {"timezone": "Mars/Olympus"}])
def test_what_there_is_not_can_not_be_preferred(app: Flask, values: dict[str, str]) -> None:
    pages = Pages(app)

    refused = pages.post("/admin/account/preferences", page="/admin/account/preferences", **values)

    assert refused.status_code == 422
    assert "Not saved: something here has to be put right." in words(refused)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (errors.USER_NOT_FOUND.message, "Diesen Benutzer gibt es nicht."),
        ("Longer than 255 characters.", "Länger als 255 Zeichen."),
        ("Must be one of: a, b.", "Muss einer dieser Werte sein: a, b."),
        ("Nobody translated this.", "Nobody translated this."),
        ("", ""),
    ],
)
def test_failures_are_told_in_the_language_of_the_page(app: Flask, english: str, german: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert in_this_language(english) == german


def test_programs_are_told_in_english_whatever_they_ask(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/users", headers={"Accept-Language": "de"})

    assert answer.json is not None
    assert answer.json["detail"] == errors.UNAUTHENTICATED.message


def test_an_error_page_speaks_the_readers_language(app: Flask) -> None:
    page = app.test_client().get("/nowhere", headers={"Accept-Language": "de"})

    assert '<html lang="de"' in page.text
    assert "Unter dieser Adresse gibt es keine Seite." in words(page)
