"""One's own account: password, two steps, browsers; and being asked again who it is."""

import re
from datetime import UTC, datetime

import pyotp
import pytest
from flask import Flask

from roster import services
from tests.pages import PASSWORD, Pages, csrf_token, words

SECRET = re.compile(r'name="secret" value="([A-Z2-7]{32})"')
DANGEROUS = [
    "/admin/account/password",
    "/admin/account/codes",
    "/admin/administrators/invite",
    "/admin/SLUG/tokens/new",
    "/admin/SLUG/settings/delete",
]


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def test_two_steps_are_turned_on_and_off(pages: Pages) -> None:
    form = pages.get("/admin/account/codes")
    found = SECRET.search(form.text)
    assert found is not None
    assert "<svg viewBox" in form.text
    assert " ".join(found[1][place : place + 4] for place in range(0, 32, 4)) in words(form)

    wrong = pages.post("/admin/account/codes", secret=found[1], code="000000")
    assert wrong.status_code == 422
    assert found[1] in wrong.text
    code = pyotp.TOTP(found[1]).at(datetime.now(UTC))
    done = pages.post("/admin/account/codes", secret=found[1], code=code)

    codes = re.findall(r"<li>([0-9a-f]{8}-[0-9a-f]{8})</li>", done.text)
    assert len(codes) == 10
    assert "On since" in words(pages.get("/admin/account"))
    assert codes[0] not in pages.get("/admin/account").text
    assert "Two-step sign-in is off." in words(pages.post("/admin/account/codes/off", page="/admin/account"))


def test_a_secret_that_the_page_did_not_make_starts_again(pages: Pages) -> None:
    answer = pages.post("/admin/account/codes", secret="<script>", code="1")

    assert answer.request.path == "/admin/account/codes"
    assert "<script>" not in answer.text


def test_another_password_signs_all_other_browsers_out(app: Flask, pages: Pages) -> None:
    other = app.test_client()
    token = csrf_token(other.get("/admin/login"))
    other.post("/admin/login", data={"csrf_token": token, "email": pages.email, "password": PASSWORD})

    short = pages.post("/admin/account/password", password="short")
    assert short.status_code == 422
    assert "between 8 and 1024" in words(short)
    done = pages.post("/admin/account/password", password="another good password")

    assert "Password changed." in words(done)
    assert other.get(pages.url("")).status_code == 303
    pages.post("/admin/logout")
    assert pages.sign_in().status_code == 422
    assert pages.sign_in("another good password").request.path == pages.url("")


def test_browsers_are_listed_and_signed_out(app: Flask, pages: Pages) -> None:
    others = [app.test_client() for _ in range(3)]
    for number, other in enumerate(others):
        token = csrf_token(other.get("/admin/login"))
        other.post(
            "/admin/login",
            data={"csrf_token": token, "email": pages.email, "password": PASSWORD},
            headers={"User-Agent": f"Browser {number}"},
        )

    page = pages.get("/admin/account")
    assert all(f"Browser {number}" in words(page) for number in range(3))
    path = re.findall(r'action="(/admin/account/browsers/[0-9a-f-]{36}/end)"', page.text)[-1]
    pages.post(path, page="/admin/account")
    assert [other.get(pages.url("")).status_code for other in others].count(303) == 1
    pages.post("/admin/account/browsers/end-others", page="/admin/account")

    assert [other.get(pages.url("")).status_code for other in others] == [303] * 3
    assert pages.get().status_code == 200


def test_an_auditor_looks_after_their_own_account(app: Flask) -> None:
    pages = Pages(app, "auditor")

    assert pages.get("/admin/account").status_code == 200
    assert "Password changed." in words(pages.post("/admin/account/password", password="another good password"))


@pytest.mark.parametrize("path", DANGEROUS)
def test_a_dangerous_act_asks_again_who_it_is_and_then_goes_on(pages: Pages, path: str) -> None:
    path = path.replace("SLUG", pages.slug)
    pages.grow_old()

    asked = pages.get(path)
    assert asked.request.path == "/admin/confirm"
    wrong = pages.post("/admin/confirm", page=asked.request.full_path, next=path, password="wrong")
    assert wrong.status_code == 422
    assert pages.get(path).request.path == "/admin/confirm"
    gone_on = pages.post("/admin/confirm", page=asked.request.full_path, next=path, password=PASSWORD)

    assert gone_on.request.path == path


@pytest.mark.parametrize("path", [*DANGEROUS, "/admin/account/codes/off"])
def test_a_dangerous_form_that_comes_late_does_nothing(pages: Pages, path: str) -> None:
    path = path.replace("SLUG", pages.slug)
    token = csrf_token(pages.get("/admin/account"))
    pages.grow_old()

    answer = pages.client.post(path, data={"csrf_token": token, "password": "x" * 9, "slug": pages.slug})

    assert answer.status_code == 303
    assert answer.location.startswith("/admin/confirm")
    assert "Nothing was done yet." in words(pages.get(answer.location))
    with pages.app.app_context():
        assert services.tokens.search(pages.organization_id) == []
        assert services.organizations.get(pages.organization_id).deleted_at is None


def test_with_two_steps_a_code_is_asked_for_as_well(pages: Pages) -> None:
    code = pages.turn_codes_on()[0]
    pages.grow_old()

    asked = pages.get("/admin/account/password")
    assert 'name="code"' in asked.text
    without = pages.post("/admin/confirm", next="/admin/account/password", password=PASSWORD, page="/admin/confirm")
    assert without.status_code == 422
    done = pages.post(
        "/admin/confirm", next="/admin/account/password", password=PASSWORD, code=code, page="/admin/confirm"
    )

    assert done.request.path == "/admin/account/password"


def test_after_the_confirmation_nobody_is_sent_to_another_site(pages: Pages) -> None:
    arrived = pages.post("/admin/confirm", page="/admin/confirm", next="//evil.test/", password=PASSWORD)

    assert arrived.request.path == pages.url("")
