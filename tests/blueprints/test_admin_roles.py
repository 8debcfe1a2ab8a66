"""Who sees what, and who may change it."""

from flask import Flask

from tests import factories
from tests.pages import Pages, words


def test_the_first_page_is_the_first_organizations_people(app: Flask) -> None:
    pages = Pages(app)

    assert pages.get("/").request.path == f"/admin/{pages.slug}/users"


def test_without_an_organization_the_page_says_how_to_make_one(app: Flask) -> None:
    with app.app_context():
        email = factories.administrator()
    pages = Pages.__new__(Pages)
    pages.client, pages.email = app.test_client(), email

    arrived = pages.sign_in()

    assert arrived.status_code == 200
    assert "roster organizations create" in words(arrived)


def test_all_organizations_can_be_switched_between(app: Flask) -> None:
    pages, other = Pages(app), Pages(app)

    page = pages.get()

    assert f'href="/admin/{other.slug}/users"' in page.text
    assert pages.get(other.url("")).status_code == 200


def test_an_organizations_own_administrator_sees_no_other(app: Flask) -> None:
    other = Pages(app)
    user = other.add("grace")
    pages = Pages(app, confined=True)

    assert other.slug not in pages.get().text
    for path in ("", "new", f"{user.id}", f"{user.id}/edit"):
        assert pages.get(other.url(path)).status_code == 404
    for path in ("new", f"{user.id}/edit", f"{user.id}/delete", f"{user.id}/suspend", f"{user.id}/restore"):
        assert pages.post(other.url(path), user_name="x").status_code == 404
    assert other.read(user.id).version == 1


def test_a_person_is_not_found_through_another_organization(app: Flask) -> None:
    pages, other = Pages(app), Pages(app)
    user = other.add("grace")

    assert pages.get(f"{user.id}").status_code == 404
    assert pages.get(f"{user.id}/edit").status_code == 404
    assert pages.post(f"{user.id}/delete").status_code == 404
    assert other.read(user.id).deleted_at is None


def test_an_auditor_reads_everything_and_writes_nothing(app: Flask) -> None:
    pages = Pages(app, "auditor")
    user = pages.add()

    page = pages.get(f"{user.id}")

    assert page.status_code == 200
    assert "Edit" not in words(page)
    assert "Add person" not in words(pages.get())
    assert pages.get("new").status_code == 403
    assert pages.get(f"{user.id}/edit").status_code == 403
    for path in ("new", f"{user.id}/edit", f"{user.id}/delete", f"{user.id}/suspend", f"{user.id}/activate"):
        assert pages.post(path, user_name="x").status_code == 403
    assert pages.read(user.id).version == 1


def test_an_auditor_finds_no_button_to_restore(app: Flask) -> None:
    owner = Pages(app)
    user = owner.add()
    owner.post(f"{user.id}/delete")
    auditor = Pages(app, "auditor", slug=owner.slug)

    assert "Restore" not in words(auditor.get(f"{user.id}"))
    assert auditor.post(f"{user.id}/restore").status_code == 403
