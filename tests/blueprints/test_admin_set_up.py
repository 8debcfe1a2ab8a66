"""The first owner, and those who are invited."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roster import services
from tests import factories
from tests.pages import PASSWORD, Pages, csrf_token, words

LINK = re.compile(r'value="http://localhost(/admin/invitations/[^"]+)"')


def sent(client: FlaskClient, path: str, **fields: str) -> object:
    token = csrf_token(client.get(path))
    return client.post(path, data={"csrf_token": token} | fields, follow_redirects=True)


def test_whoever_comes_first_becomes_the_owner_and_makes_an_organization(app: Flask, client: FlaskClient) -> None:
    assert client.get("/admin/").location == "/admin/login?next=/admin/"
    assert client.get("/admin/login").location == "/admin/set-up"

    arrived = sent(client, "/admin/set-up", email="ada@example.test", password=PASSWORD)

    assert arrived.request.path == "/admin/organizations/new"  # type: ignore[attr-defined] # an answer
    made = sent(client, "/admin/organizations/new", name="Acme", slug="acme")
    assert made.request.path == "/admin/acme/users"  # type: ignore[attr-defined] # an answer
    with app.app_context():
        assert [one.role for one in services.administrators.search()] == ["owner"]


def test_the_set_up_page_is_closed_for_good_once_there_is_somebody(app: Flask, client: FlaskClient) -> None:
    token = csrf_token(client.get("/admin/set-up"))
    with app.app_context():
        factories.administrator()

    again = client.post("/admin/set-up", data={"csrf_token": token, "email": "eve@x.test", "password": PASSWORD})

    assert again.status_code == 404
    assert client.get("/admin/set-up").status_code == 404


@pytest.mark.parametrize(
    ("email", "password"), [("nonsense", PASSWORD), ("a@b.test", "short"), ("a@b.test", "x" * 1025), ("", "")]
)
def test_a_first_owner_needs_an_address_and_a_password(client: FlaskClient, email: str, password: str) -> None:
    token = csrf_token(client.get("/admin/set-up"))

    answer = client.post("/admin/set-up", data={"csrf_token": token, "email": email, "password": password})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert client.get("/admin/login").location == "/admin/set-up"


def test_an_invited_administrator_chooses_a_password_and_is_in(app: Flask, client: FlaskClient) -> None:
    pages = Pages(app)
    ready = pages.post(
        "/admin/administrators/invite",
        page="/admin/administrators/invite",
        email="eve@example.test",
        role="auditor",
        organization_id=str(pages.organization_id),
    )
    link = LINK.search(ready.text)
    assert link is not None

    asked = client.get(link[1])
    assert "invites you to look after " in words(asked)
    token = csrf_token(asked)
    assert client.post(link[1], data={"csrf_token": token, "password": "short"}).status_code == 422
    arrived = client.post(link[1], data={"csrf_token": token, "password": PASSWORD}, follow_redirects=True)

    assert arrived.request.path == pages.url("")
    assert "eve@example.test auditor" in words(arrived)
    assert client.get(link[1]).status_code == 404
    assert link[1] not in pages.get("/admin/administrators").text


def test_an_invitation_of_somebody_who_is_there_already_says_so(app: Flask, client: FlaskClient) -> None:
    pages = Pages(app)
    with app.app_context():
        secret = services.administrators.invite(
            factories.actor(pages.organization_id), pages.email, "admin", at=factories.NOW.replace(year=2099)
        )
    path = f"/admin/invitations/{secret}"

    answer = client.post(path, data={"csrf_token": csrf_token(client.get(path)), "password": PASSWORD})

    assert answer.status_code == 422
    assert "Another administrator signs in with this e-mail address." in words(answer)


def test_a_link_that_nobody_made_leads_nowhere(app: Flask, client: FlaskClient) -> None:
    assert client.get("/admin/invitations/" + "x" * 43).status_code == 404
