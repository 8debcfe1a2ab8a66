"""The keyboard: rows, the palette, the keys themselves; what it does, and when it keeps out of the way."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows, sign_in_to
from tests.pages import Pages

pytestmark = pytest.mark.browser
NAMES = ("Ada Lovelace", "Grace Hopper", "Hedy Lamarr")


@pytest.fixture(autouse=True)
def _people(pages: Pages) -> None:
    for name in NAMES:
        pages.add(name.split()[0].lower(), display_name=name)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText"))


def tab_to(page: Page, words: str, name: str = "") -> None:
    """Press Tab until what has the focus says these words and, if it is a field, is called so."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in focused(page) and name == str(page.evaluate("document.activeElement.name ?? ''")):
            return
    raise AssertionError(f"Tab never reaches {words or name}.")


def faults(page: Page) -> str:
    found = Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""


def test_j_and_k_go_through_the_rows_x_chooses_and_enter_opens(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages)
        page.keyboard.press("j")
        assert "Ada Lovelace" in focused(page)
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert "Hedy Lamarr" in focused(page)
        page.keyboard.press("k")
        assert "Grace Hopper" in focused(page)
        page.keyboard.press("x")
        expect(page.locator("tbody input:checked")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Grace Hopper")


def test_keys_do_nothing_while_somebody_types(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages)
        page.keyboard.press("/")
        page.keyboard.type("jkx?gp")
        expect(page.locator("#q")).to_have_value("jkx?gp")
        expect(page.locator("dialog")).to_have_count(0)


def test_g_and_a_letter_go_to_another_page(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages)
        for keys, heading in (("gg", "Groups"), ("ge", "Events"), ("gp", "People")):
            page.keyboard.press(keys[0])
            page.keyboard.press(keys[1])
            expect(page.locator("h1")).to_have_text(heading)


def test_the_palette_goes_to_a_person_by_part_of_a_name(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages)
        page.keyboard.press("Control+k")
        field = page.get_by_role("combobox")
        expect(field).to_be_focused()
        page.keyboard.type("hop")
        expect(page.get_by_role("option", name="Grace Hopper")).to_have_attribute("aria-selected", "true")
        assert faults(page) == ""
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Grace Hopper")


def test_the_palette_goes_through_pages_and_gives_the_focus_back(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages)
        page.keyboard.press("j")
        page.keyboard.press("Control+k")
        page.get_by_role("combobox").wait_for()
        page.keyboard.press("ArrowDown")
        expect(page.locator("dialog").get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
        for _ in range(5):
            page.keyboard.press("Tab")
            assert page.evaluate(
                "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
            )
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        assert "Ada Lovelace" in focused(page)


def test_a_question_mark_shows_every_key(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Next row")
        assert faults(page) == ""
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)


def test_without_javascript_both_are_pages(windows: Windows, pages: Pages) -> None:
    with windows.open(java_script_enabled=False) as page:
        sign_in_to(page, pages)
        page.get_by_role("link", name="Go to").click()
        page.get_by_role("searchbox").fill("hop")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Grace Hopper").click()
        expect(page.locator("h1")).to_have_text("Grace Hopper")
        page.locator(".me summary").click()
        page.get_by_role("link", name="Keyboard shortcuts").click()
        expect(page.locator("h1")).to_have_text("Keyboard shortcuts")


def test_whoever_turned_them_off_is_left_alone(windows: Windows, pages: Pages) -> None:
    with windows.open() as page:
        sign_in_to(page, pages)
        page.goto("/admin/account/preferences")
        page.get_by_label("Keyboard shortcuts").uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_contain_text("Saved.")
        page.goto(pages.url(""))
        for key in ("j", "?", "/", "Control+k"):
            page.keyboard.press(key)
        expect(page.locator("dialog")).to_have_count(0)
        expect(page.locator("body")).to_have_js_property("tagName", "BODY")
        assert page.evaluate("document.activeElement === document.body")
        expect(page.locator("kbd:visible")).to_have_count(0)


def test_the_three_commonest_jobs_are_done_without_a_mouse(windows: Windows, pages: Pages) -> None:
    """Find somebody, add somebody, suspend somebody."""
    with windows.open() as page:
        sign_in_to(page, pages)
        page.keyboard.press("/")
        page.keyboard.type("lovel")
        expect(page.locator("tbody tr")).to_have_count(1)
        tab_to(page, "Ada Lovelace")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Ada Lovelace")

        page.keyboard.press("Control+k")
        page.get_by_role("combobox").wait_for()
        page.keyboard.type("add a person")
        expect(page.locator("dialog").get_by_role("option")).to_have_count(1)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/users/new$"))
        tab_to(page, "", "user_name")
        page.keyboard.type("katherine")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("katherine")

        tab_to(page, "Suspend…")
        page.keyboard.press("Enter")
        tab_to(page, "", "reason")
        page.keyboard.type("on leave")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Suspended.")
