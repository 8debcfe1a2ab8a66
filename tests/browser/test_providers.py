"""Connecting an identity provider in a browser, with and without scripts, and finding out why a request failed."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from roster import services
from roster.blueprints.scim import log
from roster.scim.attributes import USER_URN
from roster.services.provisioning.requests import Entry, Search
from tests import factories
from tests.browser.conftest import Windows, sign_in_to
from tests.pages import Pages

pytestmark = pytest.mark.browser
WAITING = "Waiting for the first request…"


def connect(page: Page, pages: Pages) -> tuple[str, str]:
    """Go from the list to the page with what is to be pasted; return the address and the token."""
    sign_in_to(page, pages, pages.of("providers"))
    page.get_by_role("link", name="Connect Okta").click()
    page.get_by_label("Name").fill("Okta")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text(WAITING)).to_be_visible()
    return page.get_by_label("Address (base URL)").input_value(), page.get_by_label("Token", exact=True).input_value()


def call(app: Flask, page: Page, token: str, user_name: str) -> int:
    """Call as the provider would, and let the log know of it at once."""
    body = {"schemas": [USER_URN], "userName": user_name}
    answer = page.request.post("/scim/v2/Users", data=body, headers={"Authorization": f"Bearer {token}"})
    with app.app_context():
        log.flush()
    return answer.status


def test_the_page_sees_the_first_request_by_itself(windows: Windows, app: Flask, pages: Pages) -> None:
    with windows.open() as page:
        address, token = connect(page, pages)
        assert address == f"{windows.address}/scim/v2"
        assert call(app, page, token, "eve") == 201

        expect(page.get_by_text("It works: Okta has called.")).to_be_visible()
        expect(page.get_by_label("Token", exact=True)).to_have_value(token)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.wait_for_timeout(3500)

    assert asked == []


def test_without_scripts_a_link_looks_again_and_the_token_stays(windows: Windows, app: Flask, pages: Pages) -> None:
    with windows.open(java_script_enabled=False) as page:
        _, token = connect(page, pages)
        expect(page.locator("[data-copies]").first).to_be_hidden()
        call(app, page, token, "eve")
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Look again").click()

        expect(opened.value.get_by_text("It works: Okta has called.")).to_be_visible()
        expect(page.get_by_label("Token", exact=True)).to_have_value(token)
        opened.value.reload()
        expect(opened.value.get_by_text("It works: Okta has called.")).to_be_visible()


def test_what_a_provider_sent_stays_text(windows: Windows, pages: Pages) -> None:
    evil = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
    with pages.app.app_context():
        actor, at = factories.actor(pages.organization_id), datetime.now(UTC)
        provider = services.provisioning.providers.create(actor, name=evil, dialect="standard", at=at).id
        entry = Entry(provider, at, "GET", evil, 400, evil, 1, evil, {evil: evil, "userName": evil}, {"detail": evil})
        services.provisioning.requests.record(pages.organization_id, [entry])
        [row] = services.provisioning.requests.search(pages.organization_id, provider, Search())
        user = services.users.create(actor, {"user_name": "ada"}, at=at).id
        services.provisioning.links.link_user(actor, user, provider, evil, at=at)
    asked: list[str] = []

    with windows.open() as page:
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        sign_in_to(page, pages)
        rooms = ("", f"/{provider}", f"/{provider}/connect", f"/{provider}/requests", f"/{provider}/requests/{row.id}")
        for path in (*(pages.of(f"providers{room}") for room in rooms), f"{user}", f"{user}/link", pages.of("events")):
            page.goto(pages.url(path))
            assert "{{7*7}}" in page.content(), path
            assert page.locator("img, script:not([src])").count() == 0, path

    assert asked == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_refused_account_is_found_linked_and_the_switches_are_set(
    windows: Windows, app: Flask, pages: Pages, scripts: bool
) -> None:
    ada = pages.add("ada")
    with windows.open(java_script_enabled=scripts) as page:
        _, token = connect(page, pages)
        assert call(app, page, token, "ADA") == 409

        page.goto(pages.url(""))
        page.get_by_role("link", name="Providers").click()
        page.get_by_role("link", name="Okta", exact=True).click()
        page.get_by_role("link", name="POST /Users").click()
        expect(page.get_by_text("link them to this provider")).to_be_visible()
        page.goto(pages.url(f"{ada.id}"))
        page.get_by_role("link", name="Link to a provider").click()
        page.get_by_label("External id").fill("00u1")
        page.get_by_role("button", name="Link").click()
        page.get_by_role("link", name="Okta", exact=True).first.click()
        page.locator("[name=strict]").check()
        page.get_by_role("button", name="Save").click()

        expect(page.get_by_text("Saved.")).to_be_visible()
        expect(page.locator("[name=strict]")).to_be_checked()
