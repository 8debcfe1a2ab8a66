"""What JavaScript adds: search as you type, the keyboard, rows that grow."""

import re
from time import sleep

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows, sign_in_to
from tests.pages import Pages

pytestmark = pytest.mark.browser


def test_search_as_you_type_keeps_the_place_and_the_address(windows: Windows, pages: Pages) -> None:
    for name in ("Ada Lovelace", "Grace Hopper", "Hedy Lamarr"):
        pages.add(name.split()[0].lower(), display_name=name)

    with windows.open() as page:
        sign_in_to(page, pages)
        page.keyboard.press("/")
        page.keyboard.type("lovel")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("#found")).to_have_text("1 found")
        expect(page.locator("#q")).to_be_focused()
        expect(page).to_have_url(re.compile(re.escape("?q=lovel") + "$"))
        page.keyboard.type("xyz")
        expect(page.locator("#people")).to_contain_text("Nobody matches “lovelxyz”")
        page.get_by_role("link", name="Clear the search").click()
        expect(page.locator("tbody tr")).to_have_count(3)


TYPING_AT_ONCE = """
    new MutationObserver((_, observer) => {
        const search = document.getElementById("q");
        if (search) { search.value = "gra"; observer.disconnect(); }
    }).observe(document, {childList: true, subtree: true});
"""
"""What is typed as soon as the field is there: htmx is not listening yet, and may be before DOMContentLoaded."""


def test_what_was_typed_while_the_page_was_loading_is_searched(windows: Windows, pages: Pages) -> None:
    for name in ("ada", "grace"):
        pages.add(name)

    with windows.open() as page:
        sign_in_to(page, pages)
        page.add_init_script(TYPING_AT_ONCE)
        page.route("**/htmx-*.js", lambda route: sleep(0.2) or route.continue_())
        page.reload()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page).to_have_url(re.compile(re.escape("?q=gra") + "$"))


def test_groups_are_searched_as_you_type(windows: Windows, pages: Pages) -> None:
    for name in ("Pilots", "Planners", "Cooks"):
        pages.group(name)

    with windows.open() as page:
        sign_in_to(page, pages)
        page.goto(pages.of("groups"))
        page.keyboard.press("/")
        page.keyboard.type("pil")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("#found")).to_have_text("1 found")
        expect(page).to_have_url(re.compile(re.escape("?q=pil") + "$"))


def test_what_was_searched_is_there_again_after_going_back(windows: Windows, pages: Pages) -> None:
    pages.add("ada")
    pages.add("grace")

    with windows.open() as page:
        sign_in_to(page, pages)
        page.locator("#q").press_sequentially("gra")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_role("link", name="grace").click()
        page.wait_for_url("**/users/*-*")
        page.go_back()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("#q")).to_have_value("gra")


def test_a_search_after_the_session_ended_goes_to_sign_in(windows: Windows, pages: Pages) -> None:
    pages.add("ada")

    with windows.open() as page:
        sign_in_to(page, pages)
        page.context.clear_cookies()
        page.locator("#q").press_sequentially("a")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert page.url.endswith(f"?next={pages.url('')}")


def test_a_search_that_fails_says_so_and_keeps_what_was_found(windows: Windows, pages: Pages) -> None:
    pages.add("ada")

    with windows.open() as page:
        sign_in_to(page, pages)
        page.route("**/users?q=*", lambda route: route.fulfill(status=403, body="nothing of ours"))
        page.locator("#q").press_sequentially("a")
        expect(page.locator("#found")).to_contain_text("The search got no answer.")
        expect(page.locator("tbody tr")).to_have_count(1)


def test_menus_close_with_escape_and_with_a_click_elsewhere(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages)
        page.locator(".me summary").click()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
        expect(page.locator(".me summary")).to_be_focused()
        page.locator(".me summary").click()
        page.locator("h1").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


def test_rows_grow_as_they_are_filled(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages, "new")
        page.get_by_label("User name").fill("ada")
        page.get_by_label("Primary e-mail address").fill("ada@example.test")
        page.get_by_label("E-mail address 2").fill("ada@home.test")
        page.get_by_label("Kind of address 2").select_option("home")
        page.get_by_label("Name of attribute 1").fill("office")
        page.get_by_label("Value of attribute 1").fill("London")
        page.get_by_label("Name of attribute 2").fill("desk")
        page.get_by_label("Value of attribute 2").fill("7")
        page.get_by_role("button", name="Add person").dblclick()
        expect(page.get_by_role("status")).to_contain_text("Added to")
        user = pages.read(page.url.rpartition("/")[2])  # type: ignore[arg-type] # an id

    assert [(email.value, email.type) for email in user.emails] == [
        ("ada@example.test", None),
        ("ada@home.test", "home"),
    ]
    assert user.attributes == {"office": "London", "desk": "7"}


def test_the_keyboard_alone_finds_a_person(windows: Windows, pages: Pages) -> None:
    pages.add("ada", display_name="Ada Lovelace")

    with windows.open() as page:
        sign_in_to(page, pages)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("/")
        page.keyboard.type("ada")
        page.keyboard.press("Enter")
        page.wait_for_url("**?q=ada")
        page.get_by_role("link", name="Ada Lovelace").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
