"""Many people at once, and one person up close; all of it also without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from roster import services
from tests import factories
from tests.browser.conftest import Windows, sign_in_to
from tests.factories import NOW
from tests.pages import Pages

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


def told(page: Page, words: str) -> None:
    expect(page.locator(".toast")).to_contain_text(words)


@BOTH
def test_all_who_match_are_suspended_and_given_back(windows: Windows, pages: Pages, javascript: bool) -> None:
    for number in range(30):
        pages.add(f"crew{number:02}")
    pages.add("ada")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages, "?q=crew&limit=25")
        page.get_by_role("checkbox", name=re.compile("All 30 that match")).check()
        page.get_by_role("button", name="Suspend…").click()
        expect(page.get_by_text("30 people are chosen.")).to_be_visible()
        page.get_by_label("Reason").fill("Strike")
        page.get_by_role("button", name="Suspend").click()
        told(page, "30 people suspended.")
        assert page.url.endswith("?q=crew&limit=25")
        expect(page.locator("tbody .state.suspended")).to_have_count(25)

        page.get_by_role("button", name="Undo").click()
        told(page, "30 changes undone.")
        page.get_by_role("link", name="Done: 30").click()
        expect(page.locator("tbody tr").first).to_contain_text("Activated (undo)")

    with pages.app.app_context():
        assert services.users.count(pages.organization_id, status="suspended") == 0


@BOTH
def test_those_who_are_ticked_come_into_a_group(windows: Windows, pages: Pages, javascript: bool) -> None:
    for name in ("ada", "bob", "eve"):
        pages.add(name)
    group_id = pages.group("Pilots")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        if javascript:
            page.get_by_role("checkbox", name="Choose all on this page").check()
            expect(page.locator(".toolbar .count")).to_have_text("3 chosen")
            page.get_by_role("checkbox", name="Choose eve").uncheck()
            expect(page.locator(".toolbar .count")).to_have_text("2 chosen")
        else:
            page.get_by_role("checkbox", name="Choose ada").check()
            page.get_by_role("checkbox", name="Choose bob").check()
        page.get_by_role("button", name="Add to a group…").click()
        page.get_by_label("Group").fill("pilots")
        page.get_by_role("button", name="Add to a group").click()
        told(page, "2 people added to Pilots.")

    assert pages.members(group_id) == ["ada", "bob"]


@BOTH
def test_a_list_is_narrowed_by_chips_and_the_way_back_is_there(
    windows: Windows, pages: Pages, javascript: bool
) -> None:
    pages.add("ada", department="Fleet", email="ada@example.test")
    pages.add("bob", department="Fleet")
    pages.add("eve")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        page.get_by_role("link", name="Filter").click()
        page.get_by_label("Department").fill("Fleet")
        page.get_by_label("E-mail").select_option("with")
        page.get_by_role("button", name="Filter").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_role("link", name="Remove: With an e-mail address").click()
        expect(page.locator("tbody tr")).to_have_count(2)
        page.go_back()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator(".chip.on")).to_have_count(2)


@BOTH
def test_columns_and_rows_stay_as_they_were_chosen(windows: Windows, pages: Pages, javascript: bool) -> None:
    pages.add("ada", department="Fleet")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        page.locator("summary", has_text="View").click()
        page.get_by_role("checkbox", name="Department").uncheck()
        page.get_by_label("Rows on a page").select_option("25")
        page.get_by_role("button", name="Keep this view").click()
        page.goto(pages.url(""))
        expect(page.locator("thead .department")).to_have_count(0)
        expect(page.locator(".sizes [aria-current]")).to_have_text("25")


@BOTH
def test_a_field_is_edited_in_its_place_though_somebody_was_faster(
    windows: Windows, pages: Pages, javascript: bool
) -> None:
    ada = pages.add("ada", title="Countess")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages, f"{ada.id}")
        page.get_by_role("link", name="Edit: Title").click()
        field = page.get_by_role("textbox", name="Title")
        expect(field).to_have_value("Countess")
        change(pages, ada.id)
        field.fill("Dr")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("somebody else was faster")
        expect(page.get_by_text("Meanwhile: Captain")).to_be_visible()
        expect(page.get_by_role("textbox", name="Title")).to_have_value("Dr")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".flash")).to_contain_text("Saved.")
        expect(page.locator(".who")).to_contain_text("Dr")

    assert pages.read(ada.id).title == "Dr"


def change(pages: Pages, user_id: object) -> None:
    """Somebody else is faster."""
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.users.change(actor, user_id, {"title": "Captain"}, at=NOW)  # type: ignore[arg-type] # an id


@BOTH
def test_somebody_leaves_in_three_clicks_and_comes_back(windows: Windows, pages: Pages, javascript: bool) -> None:
    ada = pages.add("ada")
    group_id = pages.group("Pilots", ada.id)

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages, f"{ada.id}")
        page.locator("summary", has_text="Offboard…").click()
        page.get_by_role("button", name="Offboard now").click()
        told(page, "Offboarded: applications see it at once.")
        expect(page.locator(".who")).to_contain_text("Suspended")
        assert pages.members(group_id) == []

        page.get_by_role("button", name="Undo").click()
        told(page, "2 changes undone.")

    assert pages.read(ada.id).active
    assert pages.members(group_id) == ["ada"]


@BOTH
def test_two_people_are_merged_and_parted_again(windows: Windows, pages: Pages, javascript: bool) -> None:
    ada = pages.add("ada", given_name="Ada", family_name="Lovelace")
    twin = pages.add("ada2", given_name="Augusta", family_name="Lovelace", title="Countess")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages, f"{ada.id}")
        page.get_by_role("link", name="Merge…").click()
        page.get_by_role("link", name="Compare with Augusta Lovelace").click()
        page.get_by_role("radio", name="Augusta", exact=True).check()
        page.get_by_role("button", name="Merge", exact=True).click()
        told(page, "Merged.")
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Lovelace"))
        merged = pages.read(ada.id)
        assert (merged.given_name, merged.title) == ("Augusta", "Countess")

        page.get_by_role("button", name="Undo").click()
        told(page, "2 changes undone.")

    assert (pages.read(ada.id).given_name, pages.read(twin.id).deleted_at) == ("Ada", None)
