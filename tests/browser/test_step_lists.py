"""The commonest jobs, step by step, in as many clicks as they may take; with JavaScript and without."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from roster import services
from roster.blueprints.scim import log
from roster.cli import worker
from tests.api import Api
from tests.browser.conftest import Windows, sign_in_to
from tests.pages import PASSWORD, Pages
from tests.provider import Provider

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


class Hand:
    """Clicks, and counts its clicks; what is typed is not counted, nor the Enter after it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def link(self, name: str) -> None:
        self.on(self.page.get_by_role("link", name=name, exact=True).first)

    def button(self, name: str) -> None:
        self.on(self.page.get_by_role("button", name=name, exact=True).first)

    def on(self, target: Locator) -> None:
        self.clicks += 1
        target.click()


@BOTH
def test_from_the_first_run_to_an_empty_directory_with_two_steps(
    windows: Windows, app: Flask, javascript: bool
) -> None:
    with windows.open(java_script_enabled=javascript) as page:
        hand = Hand(page)
        page.goto("/")
        page.get_by_label("Your e-mail address").fill("ada@example.test")
        page.get_by_label("A password").fill(PASSWORD)
        hand.button("Create the owner")
        page.get_by_label("Name", exact=True).fill("Acme")
        page.get_by_label("Slug").fill("acme")
        hand.button("Create")
        hand.on(page.locator(".me summary"))
        hand.on(page.locator(".me").get_by_text("Account", exact=True))
        hand.link("Turn two-step sign-in on")
        secret = page.locator("#secret").inner_text().replace(" ", "")
        page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).at(datetime.now(UTC)))
        hand.button("Turn on")
        expect(page.locator("#recovery li").first).to_be_visible()
        hand.link("I have kept them")
        hand.link("Acme")

        expect(page.locator("h2")).to_have_text("Nobody here yet")
        assert hand.clicks <= 8


@BOTH
def test_find_a_person_from_part_of_a_name_and_who_added_them(windows: Windows, pages: Pages, javascript: bool) -> None:
    user = pages.add("ada", display_name="Augusta Ada King-Lovelace")
    pages.add("grace", display_name="Grace Hopper")
    pages.group("Pilots", user.id)

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        hand = Hand(page)
        page.get_by_role("searchbox").fill("lovel")
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(1)
        hand.link("Augusta Ada King-Lovelace")

        said = page.locator(".timeline li", has_text="Added to Pilots")
        expect(said).to_contain_text("tests, on the command line")
        assert hand.clicks <= 3


@BOTH
def test_offboard_now_and_every_door_knows_at_once(
    windows: Windows, app: Flask, pages: Pages, javascript: bool
) -> None:
    user = pages.add("ada", display_name="Ada Lovelace")
    for name in ("Pilots", "Crew"):
        pages.group(name, user.id)
    api = Api(app, "users:read", "groups:read", organization_id=pages.organization_id)
    okta = Provider(app, "Okta", organization_id=pages.organization_id)
    assert api.get(f"{user.id}").get_json()["active"] is True
    assert len(okta.get(f"/Users/{user.id}").get_json()["groups"]) == 2

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages, str(user.id))
        hand = Hand(page)
        hand.on(page.locator("summary", has_text="Offboard…"))
        hand.button("Offboard now")
        expect(page.get_by_role("status").first).to_contain_text("Offboarded")
        assert hand.clicks <= 3

        known, provisioned = api.get(f"{user.id}").get_json(), okta.get(f"/Users/{user.id}").get_json()
        assert (known["active"], api.get(f"{user.id}/groups").get_json()["items"]) == (False, [])
        assert (provisioned["active"], provisioned.get("groups", [])) == (False, [])


@BOTH
def test_undo_a_delete_with_the_groups_back(windows: Windows, pages: Pages, javascript: bool) -> None:
    user = pages.add("ada", display_name="Ada Lovelace")
    pages.group("Pilots", user.id)
    pages.post(f"{user.id}/delete")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        hand = Hand(page)
        hand.link("Bin")
        hand.button("Restore Ada Lovelace")
        expect(page.get_by_role("status").first).to_contain_text("Restored.")
        assert hand.clicks <= 2

    with pages.app.app_context():
        assert [row.display_name for row in services.groups.of_user(pages.organization_id, user.id)] == ["Pilots"]


@BOTH
def test_restore_onto_a_taken_name(windows: Windows, pages: Pages, javascript: bool) -> None:
    gone = pages.add("ada", display_name="The first Ada")
    pages.post(f"{gone.id}/delete")
    pages.add("ada", display_name="The second Ada")

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        hand = Hand(page)
        hand.link("Bin")
        hand.button("Restore The first Ada")
        offered = page.get_by_label("Restore under another user name")
        expect(offered).to_have_value("ada")
        with pages.app.app_context():
            assert services.users.get_with_deleted(pages.organization_id, gone.id).deleted_at is not None
        offered.fill("ada.first")
        hand.button("Restore")
        expect(page.get_by_role("status").first).to_contain_text("Restored.")
        assert hand.clicks <= 3

    with pages.app.app_context():
        assert services.users.get(pages.organization_id, gone.id).user_name == "ada.first"


@BOTH
def test_why_the_providers_call_failed(windows: Windows, app: Flask, pages: Pages, javascript: bool) -> None:
    provider = Provider(app, "Okta", organization_id=pages.organization_id)
    pages.add("ada")
    assert provider.post("/Users", json={"userName": "ADA"}).status_code == 409
    with app.app_context():
        log.flush()

    with windows.open(java_script_enabled=javascript) as page:
        sign_in_to(page, pages)
        hand = Hand(page)
        hand.link("Providers")
        hand.link("Okta")
        hand.link("POST /Users")

        expect(page.locator("main")).to_contain_text("link them to this provider")
        assert hand.clicks <= 3


@contextmanager
def worked_for(app: Flask) -> Iterator[None]:
    """Let a worker do what waits, as beside a served Roster."""
    ended = Event()

    def work() -> None:
        while not ended.wait(0.2):
            with app.app_context():
                worker.work(ended)

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@BOTH
def test_import_five_thousand_rows_with_twenty_bad_ones(
    windows: Windows, app: Flask, pages: Pages, javascript: bool
) -> None:
    bad = range(7, 5000, 250)
    rows = [f"person.{n},{'nonsense' if n in bad else f'p{n}@example.test'},Family {n}" for n in range(5000)]
    file = {"name": "new.csv", "mimeType": "text/csv", "buffer": "\n".join(["Login,E-mail,Surname", *rows]).encode()}

    with windows.open(java_script_enabled=javascript) as page, worked_for(app):
        sign_in_to(page, pages)
        hand = Hand(page)
        hand.link("Import")
        page.locator("#field-file").set_input_files(file)
        hand.button("Upload")
        hand.button("Preview")
        expect(page.locator("main")).to_contain_text("4,980 lines can be taken. 20 are refused.")
        hand.button("Import")
        expect(page.get_by_text("Done, some refused")).to_be_visible(timeout=60_000)
        assert hand.clicks <= 4
        with page.expect_download() as coming:
            hand.link("Refused lines")
        assert len(coming.value.path().read_text().splitlines()) == 21
        with app.app_context():
            assert services.users.count(pages.organization_id) == 4980
        hand.button("Undo")
        expect(page.get_by_role("status").first).to_be_visible()

    with app.app_context():
        assert services.users.count(pages.organization_id) == 0
