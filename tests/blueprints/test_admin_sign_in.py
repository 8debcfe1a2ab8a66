from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roster import services
from roster.blueprints.admin import sign_in
from roster.blueprints.every_request.limits import parse
from tests import factories
from tests.pages import PASSWORD, Pages, csrf_token, words


def test_a_stranger_signs_in_and_goes_on_to_where_they_were_heading(app: Flask) -> None:
    pages = Pages(app)
    pages.post("/admin/logout")

    asked = pages.client.get(f"/admin/{pages.slug}/users?status=deleted")
    assert asked.status_code == 303
    assert asked.location == f"/admin/login?next=/admin/{pages.slug}/users?status%3Ddeleted"
    arrived = pages.sign_in(next=f"/admin/{pages.slug}/users?status=deleted")

    assert arrived.request.full_path == f"/admin/{pages.slug}/users?status=deleted"
    assert "Nobody has been deleted" in words(arrived)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("owner@example.test", "wrong"),
        ("nobody@example.test", "correct horse battery"),
        ("owner@example.test", ""),
        ("owner@example.test\0", "correct horse battery"),
        ("o" * 400, "correct horse battery"),
        ("owner@example.test", "x" * 2000),
    ],
)
def test_a_wrong_sign_in_says_so_and_keeps_the_address(
    app: Flask, client: FlaskClient, email: str, password: str
) -> None:
    with app.app_context():
        factories.administrator()
    token = csrf_token(client.get("/admin/login"))

    answer = client.post("/admin/login", data={"csrf_token": token, "email": email, "password": password})

    assert answer.status_code == 422
    assert "The e-mail address or the password is wrong." in words(answer)
    assert f'value="{email}"' in answer.text
    assert client.get("/admin/").status_code == 303


def test_a_form_without_any_fields_is_a_wrong_sign_in(client: FlaskClient) -> None:
    answer = client.post("/admin/login", data={"csrf_token": csrf_token(client.get("/admin/set-up"))})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test/",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/\t/evil.test",
        "evil.test",
        "/a\nb",
    ],
)
def test_nobody_is_sent_to_another_site(app: Flask, elsewhere: str) -> None:
    pages = Pages(app)
    pages.post("/admin/logout")

    arrived = pages.sign_in(next=elsewhere)

    assert sign_in.safe(elsewhere) is None
    assert arrived.request.path == f"/admin/{pages.slug}/users"


def test_signing_in_leaves_nothing_of_the_session_before(app: Flask) -> None:
    pages = Pages(app)
    pages.post("/admin/logout")
    before = csrf_token(pages.client.get("/admin/login"))
    pages.sign_in()

    answer = pages.client.post(pages.url("new"), data={"csrf_token": before, "user_name": "ada"})

    assert answer.status_code == 400


def test_signing_out_ends_the_session_on_the_server_too(app: Flask) -> None:
    pages = Pages(app)
    kept = pages.client.get_cookie("roster")
    assert kept is not None

    left = pages.post("/admin/logout")

    assert left.request.path == "/admin/login"
    pages.client.set_cookie("roster", kept.value)
    assert pages.client.get(pages.url("")).status_code == 303


def test_a_session_that_is_over_asks_to_sign_in_and_says_that_nothing_was_saved(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Pages(app)
    token = csrf_token(pages.get("new"))
    later = datetime.now(UTC) + timedelta(hours=13)
    find = services.sign_ins.find
    monkeypatch.setattr(services.sign_ins, "find", lambda secret, **_: find(secret, at=later))

    answer = pages.client.post(
        pages.url("new"),
        data={"csrf_token": token, "user_name": "ada"},
        headers={"Referer": f"http://localhost{pages.url('new')}"},
    )

    assert answer.location == f"/admin/login?next={pages.url('new')}"
    assert "nothing was saved" in words(pages.client.get(answer.location))


def test_a_form_from_another_site_is_not_a_way_back(app: Flask, client: FlaskClient) -> None:
    token = csrf_token(client.get("/admin/set-up"))

    answer = client.post(
        "/admin/somewhere/users/new", data={"csrf_token": token}, headers={"Referer": "https://evil.test/admin/"}
    )

    assert answer.location == "/admin/login"


def test_a_search_as_you_type_without_a_session_takes_the_whole_page_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/admin/acme/users?q=a", headers={"HX-Request": "true", "Referer": "http://localhost/admin/x"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/admin/login?next=/admin/x"


def test_whoever_has_signed_in_needs_no_form(app: Flask) -> None:
    pages = Pages(app)

    assert pages.get("/admin/login").request.path == pages.url("")


def test_signing_out_twice_is_no_failure(client: FlaskClient) -> None:
    answer = client.post("/admin/logout", data={"csrf_token": csrf_token(client.get("/admin/set-up"))})

    assert answer.status_code == 303


def test_two_steps_ask_for_the_password_again_and_keep_neither(app: Flask) -> None:
    pages = Pages(app)
    codes = pages.turn_codes_on()
    pages.post("/admin/logout")

    second = pages.sign_in()
    assert second.status_code == 422
    assert "One more step" in words(second)
    assert f'name="email" value="{pages.email}"' in second.text
    assert PASSWORD not in second.text
    wrong = pages.sign_in(code="000000")
    assert "This code is not good, or no longer." in words(wrong)
    arrived = pages.sign_in(code=codes[0])

    assert arrived.request.path == pages.url("")
    pages.post("/admin/logout")
    assert "This code is not good" in words(pages.sign_in(code=codes[0]))


def test_too_many_wrong_attempts_say_how_long_to_wait(app: Flask) -> None:
    pages = Pages(app)
    pages.post("/admin/logout")

    for _ in range(5):
        pages.sign_in("wrong")
    locked = pages.sign_in()

    assert "Too many wrong attempts; try again in 15 s." in words(locked)


def test_an_address_that_tries_too_often_is_told_to_wait(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Pages(app)
    pages.post("/admin/logout")
    monkeypatch.setitem(app.extensions["roster.limits"], "sign_in", parse("2/hour"))
    monkeypatch.setitem(pages.client.environ_base, "REMOTE_ADDR", "192.0.2.77")

    pages.sign_in("wrong")
    pages.sign_in("wrong")
    refused = pages.sign_in()

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
