"""How pages read: in the reader's language and zone, 40 % longer, without motion, on paper."""

import flask_babel
import pytest
from playwright.sync_api import expect

from tests.blueprints.test_pseudo_locale import Pseudo
from tests.browser.conftest import Windows, sign_in_to
from tests.browser.test_every_page import paths
from tests.pages import Pages

pytestmark = pytest.mark.browser


def test_the_browsers_language_and_zone_are_followed_by_themselves(windows: Windows, pages: Pages) -> None:
    user = pages.add("ada", display_name="Ada Lovelace")

    with windows.open(locale="de-AT", timezone_id="Asia/Tokyo") as page:
        page.goto("/admin/login")
        expect(page.locator("h1")).to_have_text("Anmelden")
        page.fill("#email", pages.email)
        page.fill("#password", "correct horse battery")
        page.get_by_role("button", name="Anmelden").click()
        expect(page.locator("h1")).not_to_have_text("Anmelden")
        page.goto(pages.url(f"{user.id}"))
        expect(page.locator("html")).to_have_attribute("lang", "de")
        told = page.locator("#record ~ dl time").first
        expect(told).to_have_text("01.03.2026, 21:00")
        expect(told).to_have_attribute("title", "01.03.2026, 12:00:00 UTC")
        expect(told).to_have_attribute("datetime", "2026-03-01T12:00:00Z")


def test_a_choice_of_language_and_zone_works_without_javascript(windows: Windows, pages: Pages) -> None:
    with windows.open(java_script_enabled=False) as page:
        sign_in_to(page, pages)
        page.goto("/admin/account/preferences")
        page.get_by_label("Language", exact=True).select_option("de")
        page.get_by_label("Time zone").select_option("Pacific/Auckland")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_contain_text("Gespeichert.")
        expect(page.locator("main")).to_contain_text("Pacific/Auckland")


def test_nothing_scrolls_sideways_when_words_are_longer(
    windows: Windows, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = {}
    with windows.open(viewport={"width": 320, "height": 640}) as page:
        sign_in_to(page, pages)
        addresses = paths(pages)
        monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _: Pseudo())
        for name, path in addresses.items():
            page.goto(pages.url(path))
            reached = page.evaluate("document.documentElement.scrollWidth")
            if reached > 320:
                wide[name] = reached

    assert wide == {}


def test_nothing_moves_for_those_who_want_it_still(windows: Windows, pages: Pages) -> None:
    with windows.open(reduced_motion="reduce") as page:
        sign_in_to(page, pages)
        moving = page.evaluate(
            "[...document.querySelectorAll('*')].filter((one) => { const style = getComputedStyle(one);"
            " return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none'; }).length"
        )

    assert moving == 0


def test_a_person_and_a_list_are_printed_without_what_is_for_clicking(windows: Windows, pages: Pages) -> None:
    user = pages.add("ada", display_name="Ada Lovelace")

    with windows.open() as page:
        sign_in_to(page, pages)
        for path in ("", f"{user.id}"):
            page.goto(pages.url(path))
            page.emulate_media(media="print")
            expect(page.locator(".bar")).to_be_hidden()
            expect(page.locator("button:visible")).to_have_count(0)
            expect(page.locator(".printed")).to_contain_text(pages.url(path))
            expect(page.locator("main")).to_contain_text("Ada Lovelace")
            page.emulate_media(media="screen")
