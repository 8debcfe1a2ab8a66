"""What holds on every page: it can be used by everybody, fits a small phone, and keeps text text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from urllib.parse import quote
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from uuid_utils.compat import uuid7

from roster import services
from roster.cli import worker
from roster.cli.demo_people import people
from roster.models import Actor
from roster.models.token import SCOPES
from roster.services.groups import Members
from roster.services.operations.bulk import Scope
from roster.services.provisioning.requests import Entry, Search
from tests import factories
from tests.browser.conftest import Windows, sign_in_to
from tests.factories import NOW
from tests.pages import PASSWORD, Pages

pytestmark = pytest.mark.browser
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
PEOPLE = people(12)
EVERY_RULE: dict[str, object] = {}
OF_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""What axe asks again in other colours; all else would be found the same."""
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 7


@pytest.fixture
def pages(app: Flask) -> Pages:
    """An organization with as long a name as there can be, and another one to switch to."""
    with app.app_context():
        factories.organization("b" * 63)
        factories.organization("a-" * 31 + "a")
    return Pages(app, slug="a-" * 31 + "a")


def every_page(page: Page, pages: Pages) -> Iterator[str]:
    """Visit each page, in each state that looks different, and give its name when it is there."""
    page.goto("/admin/login")
    yield "sign in"
    page.fill("#email", "x")
    page.fill("#password", "x")
    follow(page, "button")
    yield "wrong sign in"
    page.fill("#email", homeless(pages))
    page.fill("#password", PASSWORD)
    follow(page, "button")
    yield "organization is gone"
    follow(page, "button")
    sign_in_to(page, pages)
    yield "list"
    for name, path in paths(pages).items():
        page.goto(pages.url(path))
        yield name
    page.goto(pages.url("new"))
    page.fill("#field-user_name", "\u00a0")
    page.fill("#field-emails-0", "nonsense")
    follow(page, ".ends button")
    yield "form with faults"
    page.goto(pages.url(""))
    follow(page, "tbody a")
    for number, menu in enumerate(page.locator(".actions summary").all()):
        menu.click()
        yield f"question {number}"
        inside(page)
        page.keyboard.press("Escape")
    page.goto(pages.url(""))
    page.locator("tbody [name=ids]").first.check()
    page.locator("summary", has_text="View").click()
    yield "view of a list"
    inside(page)
    page.keyboard.press("Escape")
    for kind in ("suspend", "add", "delete"):
        page.goto(pages.url(""))
        page.locator("tbody [name=ids]").first.check()
        follow(page, f".toolbar [value={kind}]")
        yield f"question before {kind}"
    follow(page, ".ends .main")
    yield "what was done, with the way back"
    page.goto(pages.of("tokens"))
    page.locator("tbody summary").first.click()
    yield "question of a token"
    inside(page)
    page.goto(pages.of("events"))
    for changes in page.locator("tbody summary").all():
        changes.click()
    yield "events with changes"
    page.goto(pages.of("tokens/new"))
    page.locator("#field-provider").fill("x")
    page.locator("#field-name").fill("\u00a0")
    follow(page, ".ends button")
    yield "token with faults"
    page.goto(pages.of("tokens/new"))
    page.locator("#field-name").fill(LONG[:255])
    page.locator("[value='users:read']").check()
    follow(page, ".ends button")
    yield "token once"
    page.goto(pages.of("providers/new?dialect=entra"))
    page.locator("#field-name").fill("Entra " + LONG[:200])
    follow(page, ".ends button")
    yield "provider once"
    page.goto("/admin/administrators/invite")
    page.locator("#field-email").fill("eve@example.test")
    follow(page, ".ends button")
    yield "invitation once"
    link = page.locator("#link").input_value()
    page.goto("/admin/account/codes")
    page.fill("#field-code", "1")
    follow(page, ".ends button")
    yield "codes with a fault"
    page.goto(link)
    yield "invitation"
    yield from imports(page, pages)
    page.goto(pages.url(""))
    for number, menu in enumerate(page.locator("header summary").all()):
        menu.click()
        yield f"menu {number}"
        inside(page)
        page.keyboard.press("Escape")


def imports(page: Page, pages: Pages) -> Iterator[str]:
    """Visit each step of an import."""
    page.goto(pages.url("import"))
    page.locator("#field-file").set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": b"a,a\n"})
    follow(page, ".ends button")
    yield "file with a fault"
    text = f"Login,E-mail,{LONG}\n{LONG},a@example.test,{LONG}\neve,{LONG},x\n"
    file = {"name": f"{LONG[:200]}.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("#field-file").set_input_files(file)
    follow(page, ".ends button")
    yield "columns"
    follow(page, ".ends button")
    yield "preview"
    follow(page, ".ends button")
    yield "import that waits"
    with pages.app.app_context():
        worker.work(Event())
    page.goto(pages.url("import"))
    yield "imports"
    follow(page, "tbody a")
    yield "report"


def homeless(pages: Pages) -> str:
    """The address of an administrator whose organization was deleted."""
    email = "d" * 64 + "@" + "e" * 200 + ".test"
    with pages.app.app_context():
        home = factories.organization("d" * 63).id
        services.administrators.create(email, PASSWORD, "admin", at=NOW, organization_id=home)
        services.organizations.remove(factories.actor(home), at=NOW)
    return email


def follow(page: Page, selector: str) -> None:
    """Click on the first of these, and wait until the page that it leads to is all there."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def paths(pages: Pages) -> dict[str, str]:
    """Every page that a URL leads to, with people of many scripts, long names and much history on them."""
    for person in PEOPLE:
        pages.add(**{name: value for name, value in person.items() if name != "email"})
    texts = dict.fromkeys(("display_name", "given_name", "family_name", "title", "department", "external_id"), LONG)
    emails = [{"value": f"{LONG}@example.test", "type": "work", "primary": True}, {"value": "b@c.test"}]
    long = pages.add(LONG, **texts, emails=emails, attributes={LONG: LONG, "list": [1, 2], "lines": "a\nb"}).id
    taken, gone = pages.add("taken").id, pages.add("gone").id
    pages.post(f"{gone}/delete")
    inner, group, old = pages.group("Inner"), pages.group(LONG[:255], long, taken), pages.group("old")
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.users.change(actor, long, {"title": "x", "attributes": {}}, at=NOW)
        services.users.change(actor, taken, {"title": "x", "active": False}, at=NOW)
        services.groups.add_members(actor, group, Members(groups=[inner]), at=NOW)
        services.groups.change(actor, group, {"description": LONG}, at=NOW)
        services.groups.remove(actor, old, at=NOW)
        prefix = factories.token(pages.organization_id, *SCOPES, name=LONG[:255]).split("_")[2][:8]
        email = "a" * 64 + "@" + "b" * 200 + ".test"
        who = services.administrators.create(email, PASSWORD, "admin", at=NOW, organization_id=pages.organization_id).id
        services.administrators.invite(actor, email, "auditor", at=datetime.now(UTC))
        services.organizations.remove(factories.actor(factories.organization("c" * 63).id), at=NOW)
        provider, silent = connected(actor, taken)
        request = services.provisioning.requests.search(pages.organization_id, provider, Search(failed=True))[0].id
        operation = operated(actor, [long, taken, gone])
    return {
        "overview": pages.of(""),
        "narrowed": "?q=a&status=active&sort=-created_at&limit=25",
        "second page": "?limit=25&sort=-user_name",
        "nobody": "?q=zzzzz",
        "nobody deleted": "?status=suspended&q=zz",
        "person": f"{long}",
        "field in its place": f"{long}?edit=title",
        "whom to merge": f"{long}/merge?q=taken",
        "nobody to merge": f"{long}/merge?q=zzz",
        "merge": f"{long}/merge/{taken}",
        "filters": f"filter?department={LONG}&email=with",
        "chips": f"?department={LONG[:60]}&email=without&account=local&since=2026-01-01&q=zz",
        "operations": pages.of("operations"),
        "operation": pages.of(f"operations/{operation}"),
        "left out of an operation": pages.of(f"operations/{operation}?show=left"),
        "suspended": f"{taken}",
        "deleted": f"{gone}",
        "edit": f"{long}/edit",
        "new": "new",
        "not found": "nobody",
        "refused": "?limit=x",
        "api": "/api/docs",
        "persons groups": f"{long}/groups",
        "groups": pages.of("groups"),
        "no groups": pages.of("groups?q=zzz"),
        "group": pages.of(f"groups/{group}"),
        "empty group": pages.of(f"groups/{inner}"),
        "deleted group": pages.of(f"groups/{old}"),
        "edit group": pages.of(f"groups/{group}/edit"),
        "new group": pages.of("groups/new"),
        "members to choose": pages.of(f"groups/{group}/members/new"),
        "groups to choose": pages.of(f"groups/{group}/members/new?kind=groups"),
        "events": pages.of("events"),
        "no events": pages.of("events?subject=zzz&since=2026-01-01"),
        "tokens": pages.of("tokens"),
        "new token": pages.of("tokens/new"),
        "rotate": pages.of(f"tokens/{prefix}/rotate"),
        "providers": pages.of("providers"),
        "new provider": pages.of("providers/new"),
        "provider": pages.of(f"providers/{provider}"),
        "silent provider": pages.of(f"providers/{silent}"),
        "waiting": pages.of(f"providers/{silent}/connect"),
        "connected": pages.of(f"providers/{provider}/connect"),
        "failures": pages.of(f"providers/{provider}/requests"),
        "no failures": pages.of(f"providers/{silent}/requests"),
        "all requests": pages.of(f"providers/{provider}/requests?show=everything"),
        "request": pages.of(f"providers/{provider}/requests/{request}"),
        "link": pages.of(f"users/{long}/link"),
        "bin": pages.of("bin"),
        "bin of groups": pages.of("bin/groups"),
        "settings": pages.of("settings"),
        "delete organization": pages.of("settings/delete"),
        "organizations": "/admin/organizations",
        "no organizations": "/admin/organizations?q=zzz",
        "new organization": "/admin/organizations/new",
        "account": "/admin/account",
        "password": "/admin/account/password",
        "codes": "/admin/account/codes",
        "confirm": "/admin/confirm",
        "preferences": "/admin/account/preferences",
        "shortcuts": "/admin/shortcuts",
        "palette": pages.of("go"),
        "palette with a search": pages.of("go?q=a"),
        "palette with nothing": pages.of("go?q=zzz"),
        "administrators": "/admin/administrators",
        "administrator": f"/admin/administrators/{who}",
        "invite": "/admin/administrators/invite",
    }


def operated(actor: Actor, ids: list[UUID]) -> UUID:
    """An operation that changed somebody and left somebody out."""
    operator = replace(actor, operation_id=uuid7())
    return services.operations.bulk.run(operator, "activate", Scope(tuple(ids)), at=NOW).id


def connected(actor: Actor, linked: UUID) -> tuple[UUID, UUID]:
    """One provider with a long name, a linked person and requests of every kind, and one that never called."""
    create, at = services.provisioning.providers.create, datetime.now(UTC)
    provider = create(actor, name=LONG, dialect="okta", at=NOW).id
    silent = create(actor, name="silent", dialect="entra", at=NOW).id
    factories.token(actor.organization_id, kind="scim", scopes=(), provider=LONG, expires_at=at + timedelta(days=5))
    body = {LONG: LONG, "list": [1, {"a": None}]}
    entries = [
        Entry(
            provider,
            at - timedelta(hours=n),
            "POST",
            f"/scim/v2/{LONG}",
            status,
            reason,
            12_345,
            LONG[:100],
            body,
            None,
        )
        for n, (status, reason) in enumerate([(200, None), (409, LONG), (500, "Something went wrong.")])
    ]
    services.provisioning.requests.record(actor.organization_id, entries)
    services.provisioning.links.link_user(actor, linked, provider, LONG, at=NOW)
    return provider, silent


def inside(page: Page) -> None:
    """Whatever has opened is all on the screen: what hangs out on the left can't even be scrolled to."""
    box = page.locator("details[open] > .sheet").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]  # type: ignore[index] # it has one


@pytest.mark.parametrize(
    ("widths", "schemes"),
    [([320], ["dark"]), ([700, 1000, 1280], ["light", "dark"])],
    ids=["320-dark", "700-1000-1280-light-dark"],
)
def test_nothing_stands_in_anybodys_way(windows: Windows, pages: Pages, widths: list[int], schemes: list[str]) -> None:
    """No page scrolls sideways at any width; and in these colours, axe finds nothing to complain of at the widest."""
    wide, found = {}, {}
    still = {"reduced_motion": "reduce"}  # else axe would see colours that are on their way to others
    with windows.open(**still, viewport={"width": widths[-1], "height": 640}) as page:
        for name in every_page(page, pages):
            for width in widths:
                page.set_viewport_size({"width": width, "height": 640})
                reached = page.evaluate("document.documentElement.scrollWidth")
                if reached > width:
                    wide[name, width] = reached
                if page.locator("details[open] > .sheet").count():
                    inside(page)
            for scheme, rules in zip(schemes, (EVERY_RULE, OF_COLOURS), strict=False):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # light or dark
                results = Axe().run(page, options=rules)
                if results.violations_count:
                    found[name, scheme] = results.generate_report()

    assert (wide, found) == ({}, {})


@pytest.mark.parametrize("width", [320, 700, 900, 1280])
def test_the_list_shows_whole_names(windows: Windows, pages: Pages, width: int) -> None:
    for person in PEOPLE:
        pages.add(**{name: value for name, value in person.items() if name != "email"})

    with windows.open(viewport={"width": width, "height": 640}) as page:
        sign_in_to(page, pages)
        cut = page.locator(".full").evaluate_all(
            "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
        )

        assert cut == 0
        assert page.locator(".full:visible").count() == len(PEOPLE)


def test_what_is_stored_stays_text(windows: Windows, pages: Pages) -> None:
    texts = dict.fromkeys(("display_name", "given_name", "family_name", "title", "department", "external_id"), EVIL)
    emails = [{"value": "<b>@x.test", "type": "<i onclick=alert(3)>", "primary": True}]
    user = pages.add(EVIL, **texts, emails=emails, attributes={EVIL: EVIL, "list": [EVIL]})
    pages.post(f"{user.id}/edit", user_name=EVIL, version="1", active="yes", title=EVIL[:-1])
    asked = []
    group = pages.group(EVIL, user.id)
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.groups.change(actor, group, {"description": EVIL, "external_id": EVIL}, at=NOW)
        services.users.suspend(actor, user.id, at=NOW, reason=EVIL)
        services.users.remove(actor, factories.user(pages.organization_id, f"gone {EVIL}").id, at=NOW)
        twin = factories.user(pages.organization_id, f"twin {EVIL}", **texts | {"external_id": "2"}).id
        provider, request = called(actor)
        operation = operated(actor, [user.id, twin])
        services.organizations.change(actor, {"name": EVIL}, at=NOW)
        factories.token(pages.organization_id, name=EVIL)
        services.administrators.create(f"<b>{EVIL[5:20]}@x.test".replace(" ", ""), PASSWORD, "admin", at=NOW)

    with windows.open() as page:
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        sign_in_to(page, pages)
        for _ in evil_steps(page, pages):
            assert_text(page)
        rooms = (
            *("groups", f"groups/{group}", f"groups/{group}/edit", f"groups/{group}/members/new", "events", "tokens"),
            *("", "bin", "settings", "go?q=twin", "operations", f"operations/{operation}?show=left", "users/import"),
            *("providers", f"providers/{provider}", f"providers/{provider}/requests?show=everything"),
            *(f"providers/{provider}/requests/{request}", f"providers/{provider}/connect"),
            *(f"users/{user.id}/merge?q=twin", f"users/{user.id}/merge/{twin}", f"users/{user.id}/link"),
            *(f"users/{user.id}?edit=title", f"users/{user.id}/groups", "users/filter"),
        )
        for path in (
            "",
            f"{user.id}",
            f"{user.id}/edit",
            "?q=<img src=x onerror=alert(1)>",
            *map(pages.of, rooms),
            "/admin/organizations",
            "/admin/administrators",
        ):
            page.goto(pages.url(path))
            assert_text(page, told="?q=<img" not in path)
        page.goto(pages.url(""))
        page.locator("#q").press_sequentially("<img src=x")
        expect(page).to_have_url(re.compile(r"\?q=.*img.*src.*x$"))
        page.wait_for_timeout(500)

    assert asked == []


def assert_text(page: Page, *, told: bool = True) -> None:
    """What is stored is told as it is, and made nothing else of."""
    assert "{{7*7}}" in page.content() or not told, page.url
    assert page.locator('img, script:not([src]), b:has-text("@"), i').count() == 0, page.url


def evil_steps(page: Page, pages: Pages) -> Iterator[str]:
    """Visit what only a form leads to: the question before a deed to many, its outcome, the steps of an import."""
    page.goto(pages.url(f"?q=twin&department={quote(EVIL)}"))
    page.locator("tbody [name=ids]").first.check()
    follow(page, ".toolbar [value=suspend]")
    yield "question"
    page.locator("#field-reason").fill(EVIL)
    follow(page, ".ends .main")
    yield "what was done"
    cell = '"{}"'.format(EVIL.replace('"', '""'))
    text = f"Login,{cell},Title,E-mail\nevil,{cell},{cell},\n{cell},x,y,nonsense\n"
    page.goto(pages.url("import"))
    page.locator("#field-file").set_input_files(
        {"name": f"{EVIL}.csv".replace("/", ""), "mimeType": "text/csv", "buffer": text.encode()}
    )
    for step in ("columns", "preview", "import"):
        follow(page, ".ends button")
        yield step
    with pages.app.app_context():
        worker.work(Event())
    page.reload()
    yield "report"


def called(actor: Actor) -> tuple[UUID, UUID]:
    """A provider and a call of it that failed, of which all is as evil as it may be."""
    provider = services.provisioning.providers.create(actor, name=EVIL, dialect="okta", at=NOW).id
    entry = Entry(provider, NOW, "POST", f"/scim/v2/{EVIL}", 409, EVIL, 1, EVIL, {EVIL: [EVIL]}, None)
    services.provisioning.requests.record(actor.organization_id, [entry])
    return provider, services.provisioning.requests.search(actor.organization_id, provider, Search())[0].id


def test_an_empty_house_and_an_empty_room(windows: Windows, app: Flask) -> None:
    with app.app_context():
        email = factories.administrator()

    with windows.open(viewport={"width": 320, "height": 640}) as page:
        page.goto("/")
        page.fill("#email", email)
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1")).to_have_text("No organization yet")
        assert_fine(page)
        with app.app_context():
            factories.organization("acme")
        page.reload()
        expect(page.locator("h2")).to_have_text("Nobody here yet")
        assert_fine(page)


def assert_fine(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
