"""Many people at once: chosen by hand or by a search, asked about first, told of afterwards, undone with a button."""

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from roster import services
from roster.services.imports import Line
from tests import factories
from tests.factories import NOW
from tests.pages import Pages, csrf_token, statements, words

VIEW = "/admin/account/preferences/lists/{}"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
UNDO = re.compile(r'action="([^"]+/operations/[0-9a-f-]{36}/undo)"')
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def ask(pages: Pages, kind: str, ids: list[UUID] | None = None, **fields: Any) -> TestResponse:
    """What the list's button leads to."""
    data = {"ids": [str(key) for key in ids or []], "kind": kind} | fields
    token = csrf_token(pages.get("new"))
    return pages.client.post(pages.url("bulk"), data={"csrf_token": token} | data, follow_redirects=True)


def confirm(pages: Pages, question: TestResponse, **fields: Any) -> TestResponse:
    """Send the page that asks, as it stands."""
    form = question.text[question.text.index("/users/bulk/run") :]
    data: dict[str, Any] = {}
    for name, value in HIDDEN.findall(form):
        data.setdefault(name, []).append(unescape(value))
    data["csrf_token"] = csrf_token(question)
    return pages.client.post(pages.url("bulk/run"), data=data | fields, follow_redirects=True)


def undo(pages: Pages, page: TestResponse) -> TestResponse:
    found = UNDO.search(page.text)
    assert found is not None, words(page)
    return pages.client.post(found[1], data={"csrf_token": csrf_token(page)}, follow_redirects=True)


def test_the_chosen_are_counted_asked_about_suspended_and_given_back(pages: Pages) -> None:
    ada, bob, eve = (pages.add(name) for name in ("ada", "bob", "eve"))

    question = ask(pages, "suspend", [ada.id, bob.id], status="active")
    assert "2 people are chosen." in words(question)
    assert not [one for one in (ada, bob) if not pages.read(one.id).active]

    done = confirm(pages, question, reason="Strike")
    assert "2 people suspended." in words(done)
    assert done.request.full_path.endswith("/users?status=active")
    assert [pages.read(one.id).active for one in (ada, bob, eve)] == [False, False, True]

    undone = undo(pages, done)
    assert "2 changes undone." in words(undone)
    assert [pages.read(one.id).active for one in (ada, bob, eve)] == [True, True, True]


def test_all_that_match_are_meant_and_not_only_those_on_the_page(pages: Pages) -> None:
    people = [pages.add(f"crew{number}") for number in range(5)]
    other = pages.add("ada")

    done = confirm(pages, ask(pages, "delete", [people[0].id], everybody="true", q="crew", limit="2"))

    assert "5 people deleted." in words(done)
    assert [one.id for one in people if pages.read(one.id).deleted_at is None] == []
    assert pages.read(other.id).deleted_at is None


def test_a_strike_of_1240_people_is_counted_told_and_undone_exactly(pages: Pages) -> None:
    hired = [Line(n, {"user_name": f"crew{n}", "active": n != 7}) for n in range(1240)]
    with pages.app.app_context():
        services.imports.users(factories.actor(pages.organization_id), hired, on_error="skip", at=NOW)
    pages.add("ada")
    before = states(pages)

    question = ask(pages, "suspend", everybody="true", q="crew")
    assert "1,240 people are chosen." in words(question)
    assert "It changes 1,239 of them" in words(question)
    done = confirm(pages, question, reason="Strike")
    assert "1,239 people suspended. 1 were so already." in words(done)
    assert sum(state == "suspended" for state in states(pages).values()) == 1240
    assert states(pages)["ada"] == "active"
    found = UNDO.search(done.text)
    assert found is not None
    assert "crew7 unchanged They were so already." in words(pages.get(found[1].removesuffix("/undo") + "?show=left"))

    assert "1,239 changes undone." in words(undo(pages, done))
    assert states(pages) == before


def states(pages: Pages) -> dict[str, str]:
    """How each is, by user name."""
    with pages.app.app_context():
        asked, after, found = services.users.search, None, {}
        while rows := (page := asked(pages.organization_id, after=after, limit=200)).rows:
            found |= {row.user_name: "active" if row.active else "suspended" for row in rows}
            if (after := page.next) is None:
                break
        return found


def test_where_the_search_finds_others_by_now_it_asks_again(pages: Pages) -> None:
    ada = pages.add("ada")
    question = ask(pages, "delete", everybody="true", q="ada")
    pages.add("ada2")

    again = confirm(pages, question)

    assert again.status_code == 422
    assert "Nothing was done." in words(again)
    assert "2 people are chosen." in words(again)
    assert pages.read(ada.id).deleted_at is None


def test_people_are_put_into_a_group_by_its_name_and_taken_out_again(pages: Pages) -> None:
    ada, bob = pages.add("ada"), pages.add("bob")
    group_id = pages.group("Pilots", ada.id)

    question = ask(pages, "add", [ada.id, bob.id])
    assert '<option value="Pilots">' in question.text
    done = confirm(pages, question, group="pilots")
    assert "1 person added to Pilots. 1 were so already." in words(done)
    assert pages.members(group_id) == ["ada", "bob"]

    undo(pages, done)
    assert pages.members(group_id) == ["ada"]


def test_a_group_that_is_not_there_brings_the_question_back(pages: Pages) -> None:
    ada = pages.add("ada")

    again = confirm(pages, ask(pages, "add", [ada.id]), group=EVIL)

    assert again.status_code == 422
    assert "There is no group" in words(again)
    assert "<script>alert" not in again.text


def test_the_page_of_an_operation_tells_each_outcome(pages: Pages) -> None:
    ada, bob, gone = pages.add("ada"), pages.add("bob", active=False), pages.add("gone")
    pages.post(f"{gone.id}/delete")

    done = confirm(pages, ask(pages, "suspend", [ada.id, bob.id, gone.id, uuid4()]))
    found = UNDO.search(done.text)
    assert found is not None
    path = found[1].removesuffix("/undo")

    assert "1 person suspended. 1 were so already. 2 skipped." in words(pages.get(path))
    left = words(pages.get(f"{path}?show=left"))
    assert "bob unchanged They were so already." in left
    assert "gone skipped They are deleted." in left
    assert "There is nobody of this id." in left
    assert "Suspended" in words(pages.get(pages.of("operations")))


def test_an_operation_is_undone_once_and_says_so_kindly(pages: Pages) -> None:
    ada = pages.add("ada")
    done = confirm(pages, ask(pages, "suspend", [ada.id]))
    undo(pages, done)

    again = undo(pages, done)

    assert "This was undone already." in words(again)


def test_whom_somebody_else_changed_since_is_named_with_who_it_was(app: Flask, pages: Pages) -> None:
    ada, bob = pages.add("ada"), pages.add("bob")
    done = confirm(pages, ask(pages, "suspend", [ada.id, bob.id]))
    other = Pages(app, "admin", slug=pages.slug)
    other.post(f"{bob.id}/activate", page=f"{bob.id}")
    other.post(f"{bob.id}/suspend", page=f"{bob.id}")

    undone = undo(pages, done)

    assert "1 change undone. 1 skipped." in words(undone)
    assert f"Changed since by {other.email}" in words(pages.get(undone.request.path + "?show=left"))
    assert not pages.read(bob.id).active


def test_nobody_chosen_is_nothing_done(pages: Pages) -> None:
    pages.add()

    assert "Nobody was chosen, so nothing was done." in words(ask(pages, "delete"))


@pytest.mark.parametrize("kind", ["nonsense", "", EVIL])
def test_an_action_that_there_is_not_is_refused(pages: Pages, kind: str) -> None:
    assert ask(pages, kind, [uuid4()]).status_code == 422


def test_people_of_another_organization_are_not_there(app: Flask, pages: Pages) -> None:
    theirs = Pages(app).add("theirs")

    question = ask(pages, "delete", [theirs.id])
    assert "It changes 0 of them" in words(question)
    confirm(pages, question)

    with app.app_context():
        assert services.users.get(theirs.organization_id, theirs.id).deleted_at is None


def test_the_chosen_can_be_exported(pages: Pages) -> None:
    ada, bob = pages.add("ada", email="ada@example.test", attributes={"badge": "7"}), pages.add("bob")
    pages.add("eve")

    table = ask(pages, "csv", [ada.id, bob.id])
    lines = ask(pages, "jsonl", everybody="true", q="ada")

    assert table.text.splitlines()[0].endswith("active,badge")
    assert [line.split(",")[0] for line in table.text.splitlines()] == ["user_name", "ada", "bob"]
    assert "attachment" in table.headers["Content-Disposition"]
    assert [line.count('"user_name":"ada"') for line in lines.text.splitlines()] == [1]


def test_an_auditor_sees_no_boxes_and_no_buttons_and_is_refused(app: Flask, pages: Pages) -> None:
    ada = pages.add("ada")
    done = confirm(pages, ask(pages, "suspend", [ada.id]))
    found = UNDO.search(done.text)
    assert found is not None
    auditor = Pages(app, "auditor", slug=pages.slug)

    page = auditor.get()
    token = {"csrf_token": csrf_token(auditor.get())}

    assert 'name="ids"' not in page.text
    assert 'name="kind"' not in page.text
    assert "Undo" not in words(auditor.get(found[1].removesuffix("/undo")))
    assert auditor.client.post(found[1], data=token).status_code == 403
    for path in ("bulk", "bulk/run"):
        sent = token | {"kind": "delete", "ids": str(ada.id)}
        assert auditor.client.post(auditor.url(path), data=sent).status_code == 403


CHIPS = {
    "department=Fleet": ["ada"],
    "provider=okta": ["bob"],
    "account=local": ["ada", "eve"],
    "email=with": ["ada"],
    "email=without": ["bob", "eve"],
    "since=2026-03-01": ["ada", "bob", "eve"],
    "since=2026-03-02": [],
    "department=fleet&account=local&email=with&q=ad": ["ada"],
    "filter=user_name+sw+%22e%22": ["eve"],
}


@pytest.mark.parametrize("query", CHIPS)
def test_chips_narrow_the_list_and_each_can_be_taken_away(pages: Pages, query: str) -> None:
    with pages.app.app_context():
        provider = factories.provider(pages.organization_id, "Okta").id
    pages.add("ada", department="Fleet", email="ada@example.test")
    pages.add("bob", identity_provider_id=provider, external_id="00u1")
    pages.add("eve")

    page = pages.get(f"?{query}")

    assert re.findall(r'<bdi class="full">([^<]*)</bdi>', page.text) == CHIPS[query]
    assert page.text.count('class="off"') == len(re.findall(r"\b(?!q=)\w+=", query))
    for url in re.findall(r'class="off" href="([^"]+)"', page.text):
        assert pages.get(unescape(url)).status_code == 200


@pytest.mark.parametrize("query", ["department=" + EVIL, "provider=" + EVIL, "filter=%22", "since=tomorrow", "email=x"])
def test_hostile_chips_stay_text_or_are_refused(pages: Pages, query: str) -> None:
    page = pages.get(f"?{query}")

    assert page.status_code in {200, 400, 422}
    assert "<script>alert" not in page.text


def test_the_page_of_filters_offers_what_there_is(pages: Pages) -> None:
    with pages.app.app_context():
        factories.provider(pages.organization_id, "Okta")
    pages.add("ada", department="Fleet")

    page = pages.get("filter?department=Fleet&q=ada")

    assert '<option value="Fleet">' in page.text
    assert "<option>Okta</option>" in page.text
    assert '<input type="hidden" name="q" value="ada">' in page.text


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_columns_and_rows_are_remembered(app: Flask, role: str) -> None:
    owner = Pages(app)
    owner.add("ada", department="Fleet")
    pages = Pages(app, role, slug=owner.slug)
    page = pages.get()
    sent = {"columns": ["user_name", "status"], "page_size": "25", "back": pages.url("?q=ada")}

    back = pages.client.post(VIEW.format("users"), data={"csrf_token": csrf_token(page)} | sent, follow_redirects=True)

    assert back.request.full_path.endswith("/users?q=ada")
    assert 'class="department"' not in back.text
    assert 'class="status"' in back.text
    assert "<option selected>25</option>" in back.text
    assert "limit=50" in back.text


@pytest.mark.parametrize("count", [20, 400])
@pytest.mark.parametrize("query", ["", "?department=Fleet&email=with&account=local&since=2026-01-01&q=a"])
def test_a_list_takes_three_statements_whatever_its_size_and_chips(
    pages: Pages, engine: Engine, count: int, query: str
) -> None:
    for number in range(count):
        pages.add(f"a{number}", department="Fleet")

    with statements(engine) as seen:
        assert pages.get(query).status_code == 200

    assert len(seen) == 1 + 3


def test_a_deleted_person_comes_back_with_the_button_beside_the_news(pages: Pages) -> None:
    ada = pages.add("ada")

    deleted = pages.post(f"{ada.id}/delete")
    found = re.search(r'action="([^"]+/restore)"', deleted.text)
    assert found is not None
    pages.client.post(found[1], data={"csrf_token": csrf_token(deleted)})

    assert pages.read(ada.id).deleted_at is None
    assert NOW
