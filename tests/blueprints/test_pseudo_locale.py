"""A language that nobody speaks: what a page says without asking for a translation stands out in it.

Every string of the catalogue comes in brackets and in strange letters; all data here is written in Cyrillic or digits.
So a run of plain Latin letters on a page is a bare string, and the test names it.
"""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import flask_babel
import pytest
from flask import Flask
from werkzeug.routing import Rule

from roster import services
from roster.cli import worker
from roster.services.provisioning.requests import Entry, Search
from tests import factories
from tests.factories import NOW
from tests.pages import Pages

STRANGE = str.maketrans("aeiouyncszAEIOUYNCSZ", "äéîôüÿñçšžÄÉÎÔÜŸÑÇŠŽ")
KEPT = re.compile(r"(%\(\w+\)s|%%|</?[a-z][^>]*>|&\w+;)")
LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(
    r"Roster|Okta|Microsoft Entra ID|[Aa]cme( Works)?|SCIM|UTC|GET|POST|PUT|PATCH|DELETE|api|scim|users:read"
    r"|[\w.+-]+@[\w.-]+|https?://\S+|\d+ [A-Z][a-z]{2} \d{4}"
)
"""What is called so in every language."""
DATA = {"bdi", "code", "pre", "kbd", "time", "svg", "script", "style", "textarea"}
SPOKEN = {"aria-label", "placeholder", "title", "alt"}
VOID = {"input", "meta", "link", "br", "hr", "img", "rect", "path", "use", "circle"}


class Pseudo:
    """Translates everything, and makes it 40 % longer, as German is."""

    def ugettext(self, text: str) -> str:
        parts = KEPT.split(text)
        strange = "".join(part if KEPT.fullmatch(part) else part.translate(STRANGE) for part in parts)
        return f"[!! {strange}{' é' * (len(text) // 5)} !!]"

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return self.ugettext(singular if number == 1 else plural)


class Bare(HTMLParser):
    """Collects the Latin letters of a page that stand in no brackets, outside of what is data."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.depth = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        is_data = tag in DATA or given.get("translate") == "no" or given.get("class") == "brand"
        if not is_data and tag != "html":
            for name in SPOKEN & set(given):
                self._judge(re.sub(r"(?s)\[!!.*!!\]", "", given[name] or ""), f"{tag} {name}")
        if tag not in VOID:
            self.open.append((tag, is_data))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        is_data = any(data for _, data in self.open)
        for part in re.split(r"(\[!!|!!\])", text):
            self.depth += {"[!!": 1, "!!]": -1}.get(part, 0)
            if not self.depth and not is_data:
                self._judge(part.removesuffix("!!]"), self.open[-1][0] if self.open else "")

    def _judge(self, text: str, where: str) -> None:
        if LATIN.search(NAMES.sub("", text)):
            self.found.append(f"{where}: {' '.join(text.split())}")


@pytest.fixture
def _pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _: Pseudo())


@pytest.fixture
def world(pages: Pages) -> dict[str, Any]:
    """One of each thing that a page can be about."""
    user = pages.add("ада", display_name="Ада", title="Адмирал", department="Флот", attributes={"цвет": "синий"})
    other, gone = pages.add("грейс", display_name="Грейс").id, pages.add("алан", display_name="Алан").id
    group = pages.group("Пилоты", user.id)
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.organizations.change(actor, {"name": "Верфь"}, at=NOW)
        services.users.suspend(actor, other, at=NOW, reason="отпуск")
        services.users.remove(actor, gone, at=NOW)
        provider = services.provisioning.providers.create(actor, name="Окта", dialect="okta", at=NOW).id
        services.provisioning.links.link_user(actor, other, provider, "17", at=NOW)
        entry = Entry(provider, NOW, "POST", "/scim/v2/Users", 409, "Занято", 12, "грейс", {"цвет": "синий"}, None)
        services.provisioning.requests.record(pages.organization_id, [entry])
        request = services.provisioning.requests.search(pages.organization_id, provider, Search())[0].id
        prefix = factories.token(pages.organization_id, "users:read", name="Окно").split("_")[2][:8]
        who = services.administrators.search()[0].id
    return {
        "slug": pages.slug,
        "user_id": user.id,
        "group_id": group,
        "provider_id": provider,
        "request_id": request,
        "administrator_id": who,
        "prefix": prefix,
        "key": user.id,
        "text": "x" * 43,
        "name": "title",
    }


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def addresses(app: Flask, world: dict[str, Any]) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin") and "GET" in (rule.methods or ()) and "export" not in rule.endpoint:
            yield _filled(rule, world)


def _filled(rule: Rule, world: dict[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        choices = re.match(r"any\(([^,)]+)", found[1] or "")
        return choices[1].strip("'\"") if choices else str(world.get(found[2], uuid4()))

    return re.sub(r"<(?:([^<>]*):)?(\w+)>", value, rule.rule)


def bare(html: str) -> list[str]:
    reader = Bare()
    reader.feed(html)
    return reader.found


@pytest.mark.usefixtures("_pseudo")
def test_no_page_says_anything_that_can_not_be_translated(app: Flask, pages: Pages, world: dict[str, Any]) -> None:
    paths = [*addresses(app, world), pages.url("?q=яяя"), pages.url("?status=suspended"), pages.url("nobody")]

    found = {path: faults for path in paths if (faults := bare(pages.get(path).text))}

    assert found == {}


@pytest.mark.usefixtures("_pseudo")
def test_no_door_says_anything_that_can_not_be_translated(app: Flask, pages: Pages) -> None:
    assert bare(app.test_client().get("/admin/login").text) == []
    assert bare(app.test_client().post("/admin/login", data={"email": "x"}).text) == []


@pytest.mark.usefixtures("_pseudo")
def test_what_is_refused_and_what_is_done_is_told_in_a_translation(pages: Pages, world: dict[str, Any]) -> None:
    user: UUID = world["user_id"]

    refused = pages.post("new", user_name=" ", email_value="x", attribute_name="", attribute_value="1")
    done = pages.post(f"{user}/edit", page=f"{user}/edit", user_name="ада", version="1", active="yes", title="Адм")

    assert bare(refused.text) == []
    assert bare(done.text) == []


@pytest.mark.usefixtures("_pseudo")
def test_an_import_says_all_of_it_in_a_translation(pages: Pages) -> None:
    new = pages.of("users/import")
    refused = [pages.post(new, page=new, **file) for file in ({}, _file(b""), _file(b"\xff"), _file(b"a,a\n"))]
    columns = pages.post(new, page=new, **_file("логин,почта\nюлия,7\n,x\nлилия,lilia@example.test\n".encode()))
    address = columns.request.path
    refused.append(pages.post(address, page=address, **{"column-0": "x", "column-1": "email"}))
    refused.append(pages.post(address, page=address, **{"column-0": "email", "column-1": "email"}))
    preview = pages.post(address, page=address, **{"column-0": "user_name", "column-1": "email"})
    job = preview.request.path
    waiting = pages.post(f"{job}/start", page=job)
    with pages.app.app_context():
        worker.work(Event())

    seen = [*refused, columns, preview, waiting, pages.get(job), pages.get(new)]

    assert [faults for page in seen if (faults := bare(page.text))] == []


def _file(content: bytes) -> dict[str, Any]:
    return {"file": (io.BytesIO(content), "люди.csv")}


def test_a_bare_string_is_found() -> None:
    assert bare("<p>[!! ä !!] bare</p>") == ["p: bare"]
    assert bare('<a title="bare">[!! ä <b>plain inside</b> !!] <bdi>data</bdi></a>') == ["a title: bare"]
