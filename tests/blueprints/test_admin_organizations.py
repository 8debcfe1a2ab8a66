"""Organizations: the list, a new one, settings, suspension, the end and the way back."""

import re

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from roster import services
from roster.models import Organization
from tests import factories
from tests.factories import NOW
from tests.pages import PASSWORD, Pages, statements, words


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def read(pages: Pages) -> Organization:
    with pages.app.app_context():
        return services.organizations.get(pages.organization_id)


def settings(pages: Pages, **fields: str) -> dict[str, str]:
    plain = {"name": "Acme", "slug": pages.slug, "purge_days": "30", "purge_keeps": "labels", "version": "1"}
    return plain | fields


def test_an_organization_is_created_by_whoever_looks_after_all(app: Flask, pages: Pages) -> None:
    new = "/admin/organizations/new"
    made = pages.post(new, page=new, name="Umbrella", slug="umbrella")
    assert made.request.path == "/admin/umbrella/users"
    taken = pages.post(new, page=new, name="Umbrella", slug="umbrella")
    crooked = pages.post(new, page=new, name="", slug="Not a slug")

    assert (taken.status_code, crooked.status_code) == (422, 422)
    assert "Another organization has this slug." in words(taken)
    assert "Umbrella" in words(pages.get("/admin/organizations"))
    with app.app_context():
        key = services.organizations.get_by_slug("umbrella").id
        [event] = services.events.of_subject(key, key)
    assert event.actor_label == pages.email


def test_settings_are_changed_and_keep_what_was_typed_when_they_are_wrong(pages: Pages) -> None:
    path = pages.of("settings")
    done = pages.post(path, page=path, **settings(pages, slug=f"{pages.slug}-new", purge_days="7"))
    assert done.request.path == f"/admin/{pages.slug}-new/settings"
    assert "Days until purged before: 30 → now: 7" in words(done)
    pages.slug = f"{pages.slug}-new"

    path = pages.of("settings")
    for wrong in ({"purge_days": "0"}, {"purge_days": "x"}, {"slug": ""}, {"name": ""}, {"purge_keeps": "all"}):
        answer = pages.post(path, page=path, **settings(pages, version="2", **wrong))
        assert answer.status_code == 422
        assert "Not saved" in words(answer)
    late = pages.post(path, page=path, **settings(pages, name="Later", version="1"))

    assert late.status_code == 422
    assert "Somebody else changed this since you read it." in words(late)
    assert 'value="Later"' in late.text
    assert (read(pages).purge_days, read(pages).name) == (7, "Acme")


def test_suspending_closes_tokens_and_says_so_on_every_page(pages: Pages) -> None:
    with pages.app.app_context():
        header = {"Authorization": f"Bearer {factories.token(pages.organization_id)}"}
    assert pages.client.get("/api/v1/users", headers=header).status_code == 200

    pages.post(pages.of("settings/suspend"), page=pages.of("settings"))
    assert pages.client.get("/api/v1/users", headers=header).status_code == 403
    assert "This organization is suspended." in words(pages.get())
    pages.post(pages.of("settings/activate"), page=pages.of("settings"))

    assert pages.client.get("/api/v1/users", headers=header).status_code == 200
    assert "This organization is suspended." not in words(pages.get())


def test_deleting_asks_for_the_slug_and_can_be_undone(app: Flask, pages: Pages) -> None:
    pages.add()
    path = pages.of("settings/delete")
    asked = pages.get(path)
    assert "1 person and 0 groups" in words(asked)

    assert pages.post(path, page=path, slug="another").status_code == 422
    assert pages.get().status_code == 200
    gone = pages.post(path, page=path, slug=pages.slug)
    assert gone.request.path == "/admin/organizations"
    assert "purged for good on" in words(gone)
    assert pages.get().status_code == 404
    with app.app_context():
        factories.organization(pages.slug)
    restore = f"/admin/organizations/{pages.organization_id}/restore"
    refused = pages.post(restore, page="/admin/organizations")
    assert refused.status_code == 422
    assert "Restore under another slug" in words(refused)
    back = pages.post(restore, page="/admin/organizations", slug=f"{pages.slug}-2")

    assert "Restored." in words(back)
    pages.slug += "-2"
    assert "ada" in words(pages.get())
    assert pages.post(restore, page="/admin/organizations").status_code == 200


def test_whoever_looks_after_one_organization_sees_no_other_and_can_not_end_it(app: Flask) -> None:
    other, pages = Pages(app), Pages(app, "admin", confined=True)

    assert "Saved." in words(pages.post(pages.of("settings"), page=pages.of("settings"), **settings(pages)))
    assert "Delete" not in words(pages.get(pages.of("settings")))
    for path in ("/admin/organizations", "/admin/organizations/new", pages.of("settings/delete")):
        assert pages.get(path).status_code == 403
    for path in (
        "/admin/organizations/new",
        f"/admin/organizations/{pages.organization_id}/restore",
        pages.of("settings/suspend"),
        pages.of("settings/activate"),
        pages.of("settings/delete"),
    ):
        assert pages.post(path, page="", slug=pages.slug, name="x").status_code == 403
    assert pages.get(other.of("settings")).status_code == 404
    assert pages.post(other.of("settings"), page="", **settings(other)).status_code == 404


def test_whoever_looked_after_a_deleted_organization_is_told_so_and_can_sign_out(app: Flask) -> None:
    pages = Pages(app, confined=True)
    with app.app_context():
        services.organizations.remove(factories.actor(pages.organization_id), at=NOW)

    for path in ("/admin/", pages.url(""), pages.of("settings"), "/admin/account", "/admin/administrators"):
        page = pages.get(path)
        assert page.status_code == 403
        assert "This organization was deleted" in words(page)
    assert pages.post(pages.of("settings"), page="/admin/", **settings(pages)).status_code == 403
    gone = pages.post("/admin/logout", page="/admin/")

    assert gone.request.path == "/admin/login"
    assert pages.get("/admin/").request.path == "/admin/login"
    assert "This organization was deleted" in words(pages.sign_in(PASSWORD))


def offered(page: TestResponse) -> list[str]:
    [menu] = re.findall(r'(?s)<nav class="sheet" aria-label="Organizations">(.*?)</nav>', page.text)
    return re.findall(r'class="item" href="([^"]+)"', menu)


def listed(page: TestResponse) -> list[str]:
    return re.findall(r"<td><code>([^<]+)</code></td>", page.text)


def test_of_many_organizations_the_menu_offers_some_and_a_page_finds_all(app: Flask, engine: Engine) -> None:
    pages = Pages(app)
    with app.app_context():
        for number in range(200):
            services.organizations.create(f"f{number}", f"{'Éf'[number % 2]}irm {number:03}", at=NOW)
    pages.slug = "f150"

    with statements(engine) as seen:
        page = pages.get()
    # Who it is, the organizations, the people, their count.
    assert len(seen) == 4
    others = [f"/admin/f{number}/users" for number in range(0, 28, 2)]
    assert offered(page) == ["/admin/f150/users", *others, "/admin/organizations"]
    with statements(engine) as seen:
        first = pages.get("/admin/organizations?limit=200")
    # Who it is, the organizations of the menu, the page, its count, the deleted ones.
    assert len(seen) == 5
    assert "Organizations 201" in words(first)
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    last = pages.get(following[1].replace("&amp;", "&"))

    assert len(listed(first)) == 200
    assert len(set(listed(first)) | set(listed(last))) == 201
    assert listed(pages.get("/admin/organizations?q=EIRM+15"))[0] == "f150"
    assert listed(pages.get("/admin/organizations?q=f199&sort=-created_at")) == ["f199"]
    assert "No organization matches" in words(pages.get("/admin/organizations?q=nowhere"))
    assert pages.get("/admin/organizations?after=x").status_code == 400
    assert listed(pages.get("/admin/organizations?sort=-name"))[1] == "f199"


def test_an_auditor_reads_settings_and_changes_none(app: Flask) -> None:
    pages = Pages(app, "auditor")

    assert "30" in words(pages.get(pages.of("settings")))
    assert "Save" not in words(pages.get(pages.of("settings")))
    assert "New organization" not in words(pages.get("/admin/organizations"))
    assert pages.get("/admin/organizations/new").status_code == 403
    assert pages.get(pages.of("settings/delete")).status_code == 403
    for path in ("settings", "settings/suspend", "settings/activate", "settings/delete"):
        assert pages.post(pages.of(path), page="", **settings(pages)).status_code == 403


def test_the_bin_says_until_when_and_restores(pages: Pages) -> None:
    user, group_id = pages.add(display_name="Ada Lovelace"), pages.group("Pilots")
    assert "Nobody is in the bin" in words(pages.get(pages.of("bin")))
    pages.post(f"{user.id}/delete")
    pages.post(pages.of(f"groups/{group_id}/delete"))

    people, groups = pages.get(pages.of("bin")), pages.get(pages.of("bin/groups"))
    assert "People 1 Groups" in words(people)
    assert "People Groups 1" in words(groups)
    assert "Ada Lovelace" in words(people)
    assert "Purged on" in words(people)
    assert "Pilots" in words(groups)
    pages.post(f"{user.id}/restore", page=pages.of("bin"))
    pages.post(pages.of(f"groups/{group_id}/restore"), page=pages.of("bin/groups"))

    assert "People 0 Groups" in words(pages.get(pages.of("bin")))
    assert "People Groups 0" in words(pages.get(pages.of("bin/groups")))
    assert pages.get(pages.of("bin?after=x")).status_code == 400


def test_a_suspension_keeps_its_reason(pages: Pages) -> None:
    user = pages.add()

    done = pages.post(f"{user.id}/suspend", page=f"{user.id}", reason="On leave until May")

    assert "Reason On leave until May" in words(done)
    assert pages.post(f"{user.id}/activate", page=f"{user.id}").status_code == 200
    long = pages.post(f"{user.id}/suspend", page=f"{user.id}", reason="x" * 501)
    assert long.status_code == 422
    assert "Not suspended: Longer than 500 characters." in words(long)
    assert pages.read(user.id).active
