"""Many groups at once, and where a group comes from."""

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests import factories
from tests.blueprints.test_admin_bulk import HIDDEN, UNDO, undo
from tests.pages import Pages, csrf_token, words


def ask(pages: Pages, kind: str, **fields: object) -> object:
    token = csrf_token(pages.get(pages.of("groups/new")))
    data = {"csrf_token": token, "kind": kind} | fields
    return pages.client.post(pages.of("groups/bulk"), data=data, follow_redirects=True)


def confirm(pages: Pages, question: object) -> object:
    page = getattr(question, "text", "")
    data: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(page[page.index("/groups/bulk/run") :]):
        data.setdefault(name, []).append(value)
    data["csrf_token"] = [csrf_token(question)]  # type: ignore[arg-type] # a response
    return pages.client.post(pages.of("groups/bulk/run"), data=data, follow_redirects=True)


def test_groups_are_deleted_together_and_come_back_with_their_members(app: Flask) -> None:
    pages = Pages(app)
    ada = pages.add("ada")
    ids = [pages.group(name, ada.id) for name in ("Pilots", "Crew")]
    pages.group("Staff")

    question = ask(pages, "groups.delete", ids=[str(key) for key in ids])
    assert "2 groups are chosen." in words(question)  # type: ignore[arg-type]
    done = confirm(pages, question)

    assert "2 groups deleted." in words(done)  # type: ignore[arg-type]
    assert "Pilots" not in words(pages.get(f"{ada.id}")).partition("History")[0]
    undone = undo(pages, done)  # type: ignore[arg-type]
    assert "2 changes undone." in words(undone)
    assert pages.members(ids[0]) == ["ada"]


def test_all_groups_that_match_are_restored_but_those_whose_name_was_taken(app: Flask) -> None:
    pages = Pages(app)
    for name in ("Pilots", "Crew"):
        pages.post(pages.of(f"groups/{pages.group(name)}/delete"), page=pages.of("groups"))
    pages.group("Crew")

    done = confirm(pages, ask(pages, "groups.restore", everybody="true", status="deleted"))

    assert "1 group restored. 1 skipped." in words(done)  # type: ignore[arg-type]
    path = UNDO.search(getattr(done, "text", ""))
    assert path is not None
    left = pages.get(path[1].removesuffix("/undo") + "?show=left")
    assert "Another group has its name by now." in words(left)


def test_nothing_chosen_or_an_action_of_people_does_nothing(app: Flask) -> None:
    pages = Pages(app)

    assert "Nothing was chosen" in words(ask(pages, "groups.delete"))  # type: ignore[arg-type]
    assert getattr(ask(pages, "suspend"), "status_code", 0) == 422
    assert getattr(ask(pages, "csv"), "status_code", 0) == 422


def test_a_groups_page_says_which_provider_made_it(app: Flask) -> None:
    pages = Pages(app)
    group_id = pages.group("Pilots")
    assert "Made by the people here" in words(pages.get(pages.of(f"groups/{group_id}")))
    with app.app_context():
        provider = factories.provider(pages.organization_id, "Okta").id
    with create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool).begin() as connection:
        connection.execute(text('UPDATE "group" SET identity_provider_id = :key'), {"key": provider})

    assert "Made by Okta" in words(pages.get(pages.of(f"groups/{group_id}")))


def test_a_deleted_group_comes_back_with_the_button_beside_the_news(app: Flask) -> None:
    pages = Pages(app)
    group_id = pages.group("Pilots")

    page = pages.post(pages.of(f"groups/{group_id}/delete"), page=pages.of("groups"))

    assert f'action="{pages.of(f"groups/{group_id}/restore")}"' in page.text
