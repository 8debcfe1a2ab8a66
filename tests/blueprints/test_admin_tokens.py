"""Tokens: issued, shown once, rotated, revoked."""

import base64
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import TestResponse

from roster import services
from tests import factories
from tests.pages import Pages, csrf_token, words

TEXT = re.compile(r'value="(roster_(?:api|scim)_[0-9a-f]+)"')
API = {"name": "Reader", "kind": "api", "scopes": ["users:read", "groups:read"], "expires_in": "30", "provider": ""}


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def issued(pages: Pages, **fields: Any) -> TestResponse:
    return pages.post(pages.of("tokens/new"), page=pages.of("tokens/new"), **API | fields)


def text_of(answer: TestResponse) -> str:
    found = TEXT.search(answer.text)
    assert found is not None, words(answer)
    return found[1]


def status(pages: Pages, text: str) -> int:
    return pages.client.get("/api/v1/users", headers={"Authorization": f"Bearer {text}"}).status_code


def test_a_token_is_shown_once_opens_what_it_may_and_nothing_once_it_is_revoked(pages: Pages) -> None:
    text = text_of(issued(pages))
    prefix = text.split("_")[2][:8]

    listed = pages.get(pages.of("tokens"))
    assert text not in listed.text
    assert f"Reader api {prefix}… users:read, groups:read" in words(listed)
    assert status(pages, text) == 200
    revoked = pages.post(pages.of(f"tokens/{prefix}/revoke"), page=pages.of("tokens"))

    assert "Revoked. It opens nothing any more." in words(revoked)
    assert status(pages, text) == 401
    assert "token.revoked" not in words(pages.get(pages.of("events")))
    assert f"Revoked Reader {pages.email}, in these pages" in words(pages.get(pages.of("events")))


def test_a_reload_issues_nothing_and_shows_nothing_again(pages: Pages) -> None:
    page = issued(pages)
    assert page.request.path == pages.of("tokens/issued")

    again = pages.get(page.request.path)

    assert again.request.path == pages.of("tokens")
    assert "shown once" in words(again)
    assert text_of(page) not in again.text
    with pages.app.app_context():
        assert len(services.tokens.search(pages.organization_id)) == 1


def test_the_cookie_hides_what_waits_to_be_shown(pages: Pages) -> None:
    fields = {"csrf_token": csrf_token(pages.get(pages.of("tokens/new")))} | API
    assert pages.client.post(pages.of("tokens/new"), data=fields).status_code == 303
    cookie = pages.client.get_cookie("roster")
    assert cookie
    signing = SecureCookieSessionInterface().get_signing_serializer(pages.app)
    assert signing

    kept = signing.loads(cookie.value)["shown_once"][1]

    text = text_of(pages.get(pages.of("tokens/issued")))
    assert text.encode() not in base64.b64decode(kept)
    assert pages.get(pages.of("tokens/issued")).request.path == pages.of("tokens")
    assert "shown_once" not in signing.loads(pages.client.get_cookie("roster").value)  # type: ignore[union-attr] # there


def test_a_rotated_token_goes_on_for_as_long_as_was_said(pages: Pages) -> None:
    old = text_of(issued(pages))
    path = pages.of(f"tokens/{old.split('_')[2][:8]}/rotate")

    new = text_of(pages.post(path, page=path, overlap="3600"))
    assert [status(pages, text) for text in (old, new)] == [200, 200]
    path = pages.of(f"tokens/{new.split('_')[2][:8]}/rotate")
    last = text_of(pages.post(path, page=path, overlap="0"))

    assert [status(pages, text) for text in (new, last)] == [401, 200]
    ended = pages.post(path, page=pages.of("tokens"), overlap="0")
    assert ended.status_code == 422
    assert "This token has ended already" in words(ended)
    path = pages.of(f"tokens/{last.split('_')[2][:8]}/rotate")
    assert pages.post(path, page=path, overlap="x").status_code == 422


def test_a_token_for_an_identity_provider_names_it(pages: Pages) -> None:
    text = text_of(issued(pages, kind="scim", provider="Okta", expires_in=""))

    assert text.startswith("roster_scim_")
    with pages.app.app_context():
        [token] = services.tokens.search(pages.organization_id)
        assert (token.scopes, token.expires_at) == ([], None)
        assert services.tokens.authenticate(text, at=datetime.now(UTC)).provider


@pytest.mark.parametrize(
    "fault",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["all:things"]},
        {"kind": "scim"},
        {"expires_in": "0"},
        {"expires_in": "x"},
    ],
)
def test_a_bad_form_comes_back_with_what_was_typed(pages: Pages, fault: dict[str, Any]) -> None:
    answer = issued(pages, **{"name": "Typed"} | fault)

    assert answer.status_code == 422
    assert "Not saved" in words(answer)
    assert "name" in fault or 'value="Typed"' in answer.text
    with pages.app.app_context():
        assert services.tokens.search(pages.organization_id) == []


def test_an_auditor_sees_tokens_and_touches_none(app: Flask, pages: Pages) -> None:
    with app.app_context():
        prefix = factories.token(pages.organization_id).split("_")[2][:8]
    auditor = Pages(app, "auditor", slug=pages.slug)

    assert prefix in words(auditor.get(pages.of("tokens")))
    assert auditor.get(pages.of("tokens/new")).status_code == 403
    for path in ("tokens/new", f"tokens/{prefix}/rotate", f"tokens/{prefix}/revoke"):
        assert auditor.post(pages.of(path), page=pages.of("tokens"), overlap="0").status_code == 403


def test_a_token_of_another_organization_is_not_there(app: Flask, pages: Pages) -> None:
    other, confined = Pages(app), Pages(app, confined=True)
    with app.app_context():
        prefix = factories.token(other.organization_id).split("_")[2][:8]

    assert pages.get(pages.of(f"tokens/{prefix}/rotate")).status_code == 404
    assert pages.post(pages.of(f"tokens/{prefix}/revoke"), page="").status_code == 404
    assert confined.get(other.of("tokens")).status_code == 404
    assert confined.post(other.of(f"tokens/{prefix}/revoke"), page="").status_code == 404
