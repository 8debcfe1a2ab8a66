"""A person's page: a field edited in its place, two people made one, somebody who leaves today."""

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from roster import services
from tests import factories
from tests.factories import NOW
from tests.pages import Pages, csrf_token, words

HX = {"HX-Request": "true"}
UNDO = re.compile(r'action="([^"]+/operations/[0-9a-f-]{36}/undo)"')
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def send(pages: Pages, path: str, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
    data = {"csrf_token": csrf_token(pages.get("new"))} | fields
    return pages.client.post(pages.url(path), data=data, headers=headers or {}, follow_redirects=True)


def undo(pages: Pages, page: TestResponse) -> TestResponse:
    found = UNDO.search(page.text)
    assert found is not None, words(page)
    return pages.client.post(found[1], data={"csrf_token": csrf_token(page)}, follow_redirects=True)


@pytest.mark.parametrize("headers", [{}, HX], ids=["plain", "htmx"])
def test_a_field_is_edited_in_its_place(pages: Pages, headers: dict[str, str]) -> None:
    ada = pages.add("ada", title="Countess")

    form = pages.get(f"{ada.id}?edit=title", headers=headers)
    assert '<input id="field-title" name="value" value="Countess"' in form.text
    saved = send(pages, f"{ada.id}/title", headers, value="Dr", was="Countess")

    assert "Saved." in words(saved)
    assert pages.read(ada.id).title == "Dr"


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overrun(app: Flask, pages: Pages) -> None:
    ada = pages.add("ada", title="Countess")
    other = Pages(app, "admin", slug=pages.slug)
    send(other, f"{ada.id}/title", value="Captain", was="Countess")

    refused = send(pages, f"{ada.id}/title", value="Dr", was="Countess")

    assert refused.status_code == 422
    assert "Not saved yet: somebody else was faster." in words(refused)
    assert f"{other.email} changed this person" in words(refused)
    assert "Meanwhile: Captain" in words(refused)
    assert 'value="Dr"' in refused.text
    assert pages.read(ada.id).title == "Captain"
    send(pages, f"{ada.id}/title", value="Dr", was="Captain")
    assert pages.read(ada.id).title == "Dr"


def test_another_field_that_was_changed_meanwhile_is_no_hindrance(pages: Pages) -> None:
    ada = pages.add("ada", title="Countess")
    send(pages, f"{ada.id}/department", value="Fleet", was="")

    send(pages, f"{ada.id}/title", value="Dr", was="Countess")

    assert (pages.read(ada.id).title, pages.read(ada.id).department) == ("Dr", "Fleet")


@pytest.mark.parametrize(("name", "value"), [("user_name", "bob"), ("user_name", ""), ("title", "x" * 300)])
def test_a_value_that_can_not_be_comes_back_with_what_is_wrong(pages: Pages, name: str, value: str) -> None:
    ada = pages.add("ada")
    pages.add("bob")
    was = getattr(ada, name) or ""

    refused = send(pages, f"{ada.id}/{name}", value=value, was=was)

    assert refused.status_code == 422
    assert f'id="fault-{name}"' in refused.text
    assert pages.read(ada.id).version == 1


def test_a_field_that_there_is_not_is_not_found(pages: Pages) -> None:
    ada = pages.add("ada")

    assert send(pages, f"{ada.id}/search_key", value="x", was="").status_code == 404
    assert "in-place" in pages.get(f"{ada.id}?edit=nonsense").text


def test_hostile_text_in_a_field_stays_text(pages: Pages) -> None:
    ada = pages.add("ada")

    page = send(pages, f"{ada.id}/title", value=EVIL, was="")

    assert "<script>alert" not in page.text
    assert EVIL in unescape(page.text)
    assert "<script>alert" not in pages.get(f"{ada.id}?edit=title").text


def test_somebody_leaves_today_and_comes_back(pages: Pages) -> None:
    ada = pages.add("ada")
    group_id = pages.group("Pilots", ada.id)

    gone = send(pages, f"{ada.id}/offboard", reason="Left", leave_groups="yes")

    assert "Offboarded: applications see it at once." in words(gone)
    assert not pages.read(ada.id).active
    assert pages.members(group_id) == []
    back = undo(pages, gone)
    assert "2 changes undone." in words(back)
    assert pages.read(ada.id).active
    assert pages.members(group_id) == ["ada"]


def test_who_is_gone_already_is_told(pages: Pages) -> None:
    ada = pages.add("ada", active=False)

    assert "Nothing was to be done" in words(send(pages, f"{ada.id}/offboard", leave_groups="yes"))
    assert send(pages, f"{uuid4()}/offboard").status_code == 404
    assert send(pages, f"{ada.id}/offboard", reason="x" * 501).status_code == 422


def twins(pages: Pages) -> tuple[UUID, UUID]:
    ada = pages.add("ada", given_name="Ada", family_name="Lovelace").id
    twin = pages.add("ada2", given_name="Augusta", family_name="Lovelace", title="Countess", external_id="7").id
    pages.group("Pilots", twin)
    return ada, twin


def test_two_people_are_compared_and_merged_and_parted_again(pages: Pages) -> None:
    ada, twin = twins(pages)

    found = pages.get(f"{ada}/merge")
    assert f"/users/{ada}/merge/{twin}" in found.text
    side = pages.get(f"{ada}/merge/{twin}")
    assert "Groups that come along: Pilots" in words(side)
    versions = {"version": "1", "other_version": "1"}
    merged = send(pages, f"{ada}/merge/{twin}", given_name="theirs", title="theirs", account="theirs", **versions)

    assert "Merged." in words(merged)
    assert "Merged with ada2" in words(merged)
    user = pages.read(ada)
    assert (user.given_name, user.title, user.external_id, user.user_name) == ("Augusta", "Countess", "7", "ada")
    assert pages.read(twin).deleted_at is not None
    assert "Merged into ada" in words(pages.get(f"{twin}"))

    undo(pages, merged)
    assert (pages.read(ada).given_name, pages.read(twin).deleted_at) == ("Ada", None)


def test_two_who_were_changed_meanwhile_are_shown_again(pages: Pages) -> None:
    ada, twin = twins(pages)
    send(pages, f"{twin}/title", value="Dr", was="Countess")

    refused = send(pages, f"{ada}/merge/{twin}", version="1", other_version="1")

    assert refused.status_code == 422
    assert "one of them was changed meanwhile" in words(refused)
    assert "Dr" in words(refused)


def test_whom_a_provider_looks_after_is_merged_only_when_that_is_ticked(pages: Pages) -> None:
    ada = pages.add("ada").id
    with pages.app.app_context():
        provider = factories.provider(pages.organization_id, "Okta").id
    theirs = pages.add("grace", identity_provider_id=provider, external_id="00u1").id
    versions = {"version": "1", "other_version": "1"}

    refused = send(pages, f"{ada}/merge/{theirs}", **versions)
    assert refused.status_code == 422
    assert "Okta looks after grace" in words(refused)
    assert "00u1 of Okta" in words(refused)

    assert "Merged." in words(send(pages, f"{ada}/merge/{theirs}", despite_provider="yes", **versions))
    assert pages.read(ada).identity_provider_id == provider


def test_nobody_is_merged_with_somebody_elsewhere(app: Flask, pages: Pages) -> None:
    ada, stranger = pages.add("ada").id, Pages(app).add("stranger").id

    assert pages.get(f"{ada}/merge/{stranger}").status_code == 404
    assert send(pages, f"{ada}/merge/{stranger}", version="1", other_version="1").status_code == 404


def test_an_auditor_edits_offboards_and_merges_nobody(app: Flask, pages: Pages) -> None:
    ada, twin = twins(pages)
    auditor = Pages(app, "auditor", slug=pages.slug)
    token = {"csrf_token": csrf_token(auditor.get())}

    page = auditor.get(f"{ada}?edit=title")

    assert "in-place" not in page.text
    assert "Offboard" not in words(page)
    for path in (f"{ada}/title", f"{ada}/offboard", f"{ada}/merge/{twin}"):
        assert auditor.client.post(auditor.url(path), data=token).status_code == 403
    for path in (f"{ada}/merge", f"{ada}/merge/{twin}"):
        assert auditor.get(path).status_code == 403


def test_what_a_provider_sent_is_told_in_words(pages: Pages) -> None:
    with pages.app.app_context():
        provider = factories.provider(pages.organization_id, "Okta").id
        ada = factories.user(pages.organization_id, "ada", identity_provider_id=provider, external_id="1").id
        services.users.change(factories.actor(pages.organization_id), ada, {"title": "Dr"}, at=NOW)

    assert "Provisioned by Okta" in words(pages.get(f"{ada}"))
