"""What administrators come for, in a real browser; all of it also without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows, sign_in_to
from tests.pages import Pages

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox", name="Search people").fill(words)
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(f"**?q={words}*")


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Save|Add person)$")).click()


@BOTH
def test_sign_in_search_edit_delete_and_restore(windows: Windows, pages: Pages, javascript: bool) -> None:
    pages.add("grace", given_name="Grace", family_name="Hopper")
    user = pages.add("yukiko", display_name="渡辺 由紀子", emails=[{"value": "yukiko@example.test", "primary": True}])

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        search(page, "yuki")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_role("link", name="渡辺 由紀子").click()
        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_label("Title", exact=True).fill("編集長")
        save(page)
        expect(page.get_by_role("status")).to_contain_text("Saved.")
        expect(page.locator(".who")).to_contain_text("編集長")

        page.locator("summary", has_text="Delete…").click()
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("status")).to_contain_text("Deleted.")
        page.get_by_role("link", name="People").first.click()
        expect(page.locator("tbody")).not_to_contain_text("渡辺 由紀子")
        page.get_by_role("link", name="Deleted", exact=True).click()
        page.get_by_role("link", name="渡辺 由紀子").click()
        page.get_by_role("button", name="Restore").click()
        expect(page.get_by_role("status")).to_contain_text("Restored.")

    now = pages.read(user.id)
    assert (now.title, now.deleted_at, now.email) == ("編集長", None, "yukiko@example.test")


@BOTH
def test_add_suspend_and_sign_out(windows: Windows, pages: Pages, javascript: bool) -> None:
    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        page.get_by_role("link", name="Add person").first.click()
        page.get_by_label("User name").fill("ada")
        page.get_by_label("Primary e-mail address").fill("nonsense")
        save(page)
        expect(page.get_by_role("alert")).to_contain_text("Not an e-mail address.")
        page.get_by_role("link", name="E-mail (1)").click()
        page.get_by_label("Primary e-mail address").fill("ada@example.test")
        save(page)
        expect(page.get_by_role("status")).to_contain_text("Added to")

        page.locator("summary", has_text="Suspend…").click()
        page.get_by_label("Reason").fill("On leave")
        page.get_by_role("button", name="Suspend").click()
        expect(page.locator(".who")).to_contain_text("Suspended")
        expect(page.locator(".timeline")).to_contain_text(re.compile(r"Reason\s+On leave"))
        page.get_by_role("button", name="Activate").click()
        expect(page.locator(".who")).to_contain_text("Active")
        page.locator(".me summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@BOTH
def test_a_user_name_that_was_taken_meanwhile(windows: Windows, pages: Pages, javascript: bool) -> None:
    user = pages.add("ada")
    pages.post(f"{user.id}/delete")
    pages.add("ada")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages, f"{user.id}")
        page.get_by_role("button", name="Restore").click()
        page.get_by_label("Restore under another user name").fill("ada.two")
        page.get_by_role("button", name="Restore").click()
        expect(page.get_by_role("status")).to_contain_text("Restored.")

    assert pages.read(user.id).user_name == "ada.two"


@BOTH
def test_two_people_edit_the_same(windows: Windows, pages: Pages, javascript: bool) -> None:
    user = pages.add("ada")

    with windows.open(java_script_enabled=javascript) as mine, windows.open() as theirs:
        sign_in_to(mine, pages, f"{user.id}/edit")
        sign_in_to(theirs, pages, f"{user.id}/edit")
        theirs.get_by_label("Title", exact=True).fill("Captain")
        theirs.get_by_label("Department").fill("Sea")
        save(theirs)
        expect(theirs.get_by_role("status")).to_contain_text("Saved.")
        mine.get_by_label("Title", exact=True).fill("Admiral")
        save(mine)
        expect(mine.get_by_role("alert")).to_contain_text("somebody changed this person while you were editing")
        expect(mine.get_by_label("Title", exact=True)).to_have_value("Admiral")
        expect(mine.get_by_label("Department")).to_have_value("Sea")
        save(mine)
        expect(mine.get_by_role("status")).to_contain_text("Saved.")

    now = pages.read(user.id)
    assert (now.title, now.department) == ("Admiral", "Sea")


@BOTH
def test_a_walk_through_the_pages(windows: Windows, pages: Pages, javascript: bool) -> None:
    for number in range(60):
        pages.add(f"user{number:02}")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        page.get_by_role("link", name="Next page").click()
        expect(page.locator("tbody tr")).to_have_count(10)
        page.go_back()
        expect(page.locator("tbody tr")).to_have_count(50)
        page.get_by_role("link", name="Next page").click()
        page.get_by_role("link", name="First page").click()
        page.locator("thead").get_by_role("link", name="Name", exact=True).click()
        expect(page.locator("tbody tr").first).to_contain_text("user59")
