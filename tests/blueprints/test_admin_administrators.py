"""Administrators, looked after by owners."""

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask

from roster import services
from roster.models import Administrator
from tests import factories
from tests.factories import NOW
from tests.pages import Pages, words

INDEX = "/admin/administrators"


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def read(pages: Pages) -> Administrator:
    with pages.app.app_context():
        return next(one for one in services.administrators.search() if one.email == pages.email)


def path_of(pages: Pages, verb: str = "") -> str:
    return f"{INDEX}/{read(pages).id}" + (f"/{verb}" if verb else "")


def test_a_role_is_changed_and_somebody_is_disabled_and_enabled(app: Flask, pages: Pages) -> None:
    other = Pages(app, "auditor", slug=pages.slug)

    pages.post(path_of(other, "role"), page=path_of(other), role="admin")
    assert read(other).role == "admin"
    disabled = pages.post(path_of(other, "disable"), page=path_of(other))
    assert "Disabled" in words(disabled)
    assert other.client.get(other.url("")).status_code == 303
    pages.post(path_of(other, "enable"), page=path_of(other))

    assert other.sign_in().status_code == 200
    shown = words(pages.get(INDEX))
    assert f"Changed {other.email}" in shown
    assert "Role before: auditor → now: admin" in shown


def test_the_last_owner_stays(pages: Pages) -> None:
    demoted = pages.post(path_of(pages, "role"), page=path_of(pages), role="admin")
    disabled = pages.post(path_of(pages, "disable"), page=path_of(pages))

    assert (demoted.status_code, disabled.status_code) == (422, 422)
    assert "Somebody else has to be an owner of everything first." in words(demoted)
    assert pages.post(path_of(pages, "role"), page=path_of(pages), role="king").status_code == 422
    assert (read(pages).role, read(pages).disabled_at) == ("owner", None)


def test_an_invitation_is_listed_and_withdrawn(pages: Pages) -> None:
    new = f"{INDEX}/invite"
    assert pages.post(new, page=new, email="nonsense", role="admin").status_code == 422
    assert pages.post(new, page=new, email="a@b.test", role="admin", organization_id="x").status_code == 422
    elsewhere = pages.post(new, page=new, email="a@b.test", role="admin", organization_id=str(uuid4()))
    assert elsewhere.status_code == 404
    link = re.search(r"/admin/invitations/[\w-]+", pages.post(new, page=new, email="eve@b.test", role="admin").text)
    assert link is not None

    page = pages.get(INDEX)
    assert "eve@b.test admin All organizations" in words(page)
    withdraw = re.search(r'action="(/admin/administrators/invitations/[^"]+)"', page.text)
    assert withdraw is not None
    pages.post(withdraw[1], page=INDEX)

    assert "eve@b.test admin" not in words(pages.get(INDEX))
    assert pages.client.get(link[0]).status_code == 404


def test_an_invitation_is_to_any_organization_that_there_is_and_to_no_other(app: Flask, pages: Pages) -> None:
    path = "/admin/administrators/invite"
    with app.app_context():
        made = [services.organizations.create(f"z{number}", f"Zoo {number:02}", at=NOW) for number in range(20)]
        services.organizations.remove(factories.actor(made[0].id), at=NOW)
        gone, last = str(made[0].id), str(made[-1].id)

    invited = pages.post(path, page=path, email="a@b.test", role="admin", organization_id=last)

    assert invited.status_code == 200
    assert "Zoo 19" in words(pages.get("/admin/administrators"))
    assert pages.post(path, page=path, email="b@b.test", role="admin", organization_id=gone).status_code == 404


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_only_owners_look_after_administrators(app: Flask, role: str) -> None:
    owner, pages = Pages(app), Pages(app, role)

    assert "Administrators" not in words(pages.get())
    for path in (INDEX, f"{INDEX}/invite", path_of(owner)):
        assert pages.get(path).status_code == 403
    for path in (f"{INDEX}/invite", path_of(owner, "role"), path_of(owner, "disable"), path_of(owner, "enable")):
        assert pages.post(path, page="", role="auditor", email="a@b.test").status_code == 403


def test_an_owner_of_one_organization_looks_after_its_administrators_alone(app: Flask) -> None:
    everywhere, pages = Pages(app), Pages(app, confined=True)
    own = Pages(app, "auditor", slug=pages.slug, confined=True)

    listed = words(pages.get(INDEX))
    assert own.email in listed
    assert everywhere.email not in listed
    for verb in ("role", "disable", "enable"):
        assert pages.post(path_of(everywhere, verb), page=INDEX, role="auditor").status_code == 404
        assert pages.post(path_of(own, verb), page=INDEX, role="admin").status_code == 200
    assert pages.get(path_of(everywhere)).status_code == 404
    pages.post(f"{INDEX}/invite", page=f"{INDEX}/invite", email="eve@b.test", role="owner")
    with app.app_context():
        [invitation] = services.administrators.invitations(at=read(own).created_at)
        assert invitation.organization_id == UUID(str(pages.organization_id))
    assert read(everywhere).role == "owner"
