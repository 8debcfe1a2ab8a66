"""What owners come for, in a real browser; all of it also without JavaScript."""

import re
from datetime import UTC, datetime

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from roster import services
from tests.browser.conftest import Windows, sign_in_to
from tests.pages import PASSWORD, Pages

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


def menu(page: Page, item: str) -> None:
    page.locator(".me summary").click()
    page.locator(".me").get_by_text(item, exact=True).click()


@BOTH
def test_from_nothing_to_an_empty_directory_with_two_steps(windows: Windows, app: Flask, javascript: bool) -> None:
    with windows.open(java_script_enabled=javascript) as page:
        page.goto("/")
        expect(page.locator("h1")).to_have_text("Welcome to Roster")
        page.get_by_label("Your e-mail address").fill("ada@example.test")
        page.get_by_label("A password").fill(PASSWORD)
        page.get_by_role("button", name="Create the owner").click()
        page.get_by_label("Name", exact=True).fill("Acme")
        page.get_by_label("Slug").fill("acme")
        page.get_by_role("button", name="Create").click()
        expect(page.locator("h2")).to_have_text("Nobody here yet")

        menu(page, "Account")
        page.get_by_role("link", name="Turn two-step sign-in on").click()
        totp = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
        page.get_by_role("textbox", name="Code").fill(totp.at(datetime.now(UTC)))
        page.get_by_role("button", name="Turn on").click()
        recovery = page.locator("#recovery li").first.inner_text()
        page.get_by_role("link", name="I have kept them").click()
        menu(page, "Sign out")

        page.fill("#email", "ada@example.test")
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1")).to_have_text("One more step")
        page.get_by_role("textbox", name="Code").fill(recovery)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h2")).to_have_text("Nobody here yet")


@BOTH
def test_who_put_whom_into_a_group_is_said_on_both_pages(windows: Windows, pages: Pages, javascript: bool) -> None:
    user = pages.add("ada", display_name="Ada Lovelace")
    pages.add("grace", display_name="Grace Hopper")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        page.get_by_role("link", name="Groups", exact=True).click()
        page.get_by_role("link", name="New group").first.click()
        page.get_by_label("Name", exact=True).fill("Pilots")
        page.get_by_role("button", name="Create group").click()
        page.get_by_role("link", name="Add members").first.click()
        page.get_by_role("searchbox").fill("lovel")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_label("Choose Ada Lovelace").check()
        page.get_by_role("button", name="Add the chosen").click()
        said = page.locator(".timeline li", has_text="Member added ada")
        expect(said).to_contain_text(f"{pages.email}, in these pages")

        said.get_by_role("link", name="ada").click()
        page.wait_for_url(f"**/users/{user.id}")
        said = page.locator(".timeline li", has_text="Added to Pilots")
        expect(said).to_contain_text(f"{pages.email}, in these pages")
        page.get_by_role("button", name="Remove from Pilots").click()
        expect(page.locator(".timeline")).to_contain_text("Removed from Pilots")


@BOTH
def test_a_token_is_issued_used_and_revoked(windows: Windows, pages: Pages, javascript: bool) -> None:
    pages.grow_old()

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        pages.grow_old()
        page.get_by_role("link", name="Tokens", exact=True).click()
        page.get_by_role("link", name="Issue token").first.click()
        expect(page.locator("h1")).to_have_text("Is it you?")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("Name", exact=True).fill("Intranet")
        page.get_by_label("users:read").check()
        page.get_by_role("button", name="Issue token").click()
        text = page.get_by_role("textbox", name="Token").input_value()
        header = {"Authorization": f"Bearer {text}"}
        assert page.request.get("/api/v1/users", headers=header).status == 200
        page.get_by_role("link", name="Done").click()
        page.locator("summary", has_text="Revoke…").click()
        page.get_by_role("button", name="Revoke").click()
        expect(page.locator("tbody")).to_contain_text("Revoked")

        assert page.request.get("/api/v1/users", headers=header).status == 401


@BOTH
def test_an_organization_is_deleted_and_restored(windows: Windows, pages: Pages, javascript: bool) -> None:
    pages.add("ada")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        page.get_by_role("link", name="Settings", exact=True).click()
        page.get_by_role("link", name="Delete…").click()
        page.get_by_label(re.compile("To delete it, type its slug")).fill(pages.slug)
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("status")).to_contain_text("was deleted")
        with pages.app.app_context():
            assert services.organizations.search() == []
        page.get_by_role("button", name="Restore").click()
        page.locator("table").get_by_role("link").first.click()
        expect(page.locator("tbody tr")).to_have_count(1)


def test_what_is_shown_once_is_copied_with_a_click(windows: Windows, pages: Pages) -> None:
    with windows.open(permissions=["clipboard-read", "clipboard-write"]) as page:
        sign_in_to(page, pages)
        page.goto(pages.of("tokens/new"))
        page.get_by_label("Name", exact=True).fill("Intranet")
        page.get_by_label("users:read").check()
        page.get_by_role("button", name="Issue token").click()
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()

        assert (
            page.evaluate("navigator.clipboard.readText()") == page.get_by_role("textbox", name="Token").input_value()
        )
