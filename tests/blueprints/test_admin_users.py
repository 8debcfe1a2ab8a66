from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine

from roster import services
from tests import factories
from tests.pages import Pages, csrf_token, statements, words

PERSON: dict[str, Any] = {
    "user_name": "ada",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "display_name": "",
    "title": "Countess",
    "department": "Engines",
    "external_id": "E-1",
    "active": "yes",
    "email_value": ["ada@example.test", " ", "ada@home.test"],
    "email_type": ["work", "", "home"],
    "attribute_name": ["office", "", "level"],
    "attribute_value": ["London", "", "3"],
    "attribute_kind": ["text", "text", "json"],
}


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def form_of(pages: Pages, user_id: object) -> dict[str, Any]:
    """What a browser would send of the edit form if nothing was touched."""
    user = pages.read(user_id)  # type: ignore[arg-type] # an id
    fields: dict[str, Any] = {name: getattr(user, name) or "" for name in PERSON if hasattr(user, name)}
    fields |= {"display_name": "", "version": str(user.version), "active": "yes"}
    fields["email_value"] = [email.value for email in user.emails]
    fields["email_type"] = [email.type or "" for email in user.emails]
    return fields


def test_a_person_is_added_with_everything(pages: Pages) -> None:
    page = pages.post("new", **PERSON)

    assert page.status_code == 200
    assert "Added to" in words(page)
    user = pages.read(page.request.path.rpartition("/")[2])  # type: ignore[arg-type] # an id
    assert (user.display_name, user.title, user.external_id) == ("Ada Lovelace", "Countess", "E-1")
    assert [(email.value, email.type, email.primary) for email in user.emails] == [
        ("ada@example.test", "work", True),
        ("ada@home.test", "home", False),
    ]
    assert user.attributes == {"office": "London", "level": 3}


def test_a_page_shows_who_did_what_through_which_door(pages: Pages) -> None:
    user = pages.add(given_name="Ada", attributes={"office": "London", "tags": ["a"]})
    pages.post(f"{user.id}/edit", **form_of(pages, user.id) | {"family_name": "King", "attribute_name": []})

    page = pages.get(f"{user.id}")

    shown = words(page)
    assert f"{pages.email}, in these pages" in shown
    assert "Display name before: Ada → now: Ada King" in shown
    assert "Family name King" in shown
    assert "office before: London removed" in shown
    assert "tests, on the command line" in shown


def test_a_deleted_person_can_be_looked_at_and_restored(pages: Pages) -> None:
    user = pages.add()

    gone = pages.post(f"{user.id}/delete")
    assert "Deleted" in words(gone)
    assert pages.get(f"{user.id}/edit").status_code == 404
    back = pages.post(f"{user.id}/restore")

    assert "Restored." in words(back)
    assert pages.read(user.id).deleted_at is None


def test_restoring_onto_a_taken_user_name_offers_another_and_does_nothing_by_halves(pages: Pages) -> None:
    user = pages.add("ada")
    pages.post(f"{user.id}/delete")
    pages.add("ADA")

    refused = pages.post(f"{user.id}/restore")
    assert refused.status_code == 422
    assert 'name="user_name" value="ada"' in refused.text
    assert "Another user of this organization has this user name." in words(refused)
    assert pages.read(user.id).deleted_at is not None
    assert pages.post(f"{user.id}/restore", user_name="a\0").status_code == 422
    back = pages.post(f"{user.id}/restore", user_name="ada.two")

    assert back.status_code == 200
    assert pages.read(user.id).user_name == "ada.two"


def test_what_is_so_already_is_no_failure(pages: Pages) -> None:
    user = pages.add()

    assert pages.post(f"{user.id}/restore").status_code == 200
    for verb in ("suspend", "suspend", "activate", "activate", "delete", "delete"):
        assert pages.post(f"{user.id}/{verb}").status_code == 200
    with pages.app.app_context():
        done = [event.action for event in services.users.history(pages.organization_id, user.id)]
    assert done == ["user.deleted", "user.activated", "user.suspended", "user.created"]


@pytest.mark.parametrize("verb", ["delete", "restore", "suspend", "activate", "edit"])
def test_nobody_can_do_anything_to_a_person_who_is_not_there(pages: Pages, verb: str) -> None:
    assert pages.post(f"{uuid4()}/{verb}").status_code == 404


@pytest.mark.parametrize("key", ["1", "nobody", str(UUID(int=1)), f"{UUID(int=1)}x", "%00"])
def test_an_id_that_is_none_is_not_found(pages: Pages, key: str) -> None:
    answer = pages.get(key)

    assert answer.status_code == 404
    assert "Nothing here" in words(answer)


def test_an_edit_changes_only_what_was_changed(pages: Pages) -> None:
    user = pages.add(
        given_name="Ada",
        emails=[{"value": "b@b.test", "type": "scim", "primary": False}, {"value": "a@b.test", "primary": True}],
        attributes={"office": "London", "long": "two\nlines", "nested": {"a": [1, None]}},
    )
    page = pages.get(f"{user.id}/edit")
    assert 'value="scim" selected' in page.text

    saved = pages.post(
        f"{user.id}/edit",
        user_name="ada",
        given_name="Ada",
        family_name="",
        display_name="",
        title="Countess",
        active="yes",
        version="1",
        email_value=["a@b.test", "b@b.test", ""],
        email_type=["", "scim", ""],
        attribute_name=["office", "long", "nested", ""],
        attribute_value=["London", "two\r\nlines", '{"a":[1,null]}', ""],
        attribute_kind=["text", "text", "json", "text"],
    )

    assert "Saved." in words(saved)
    with pages.app.app_context():
        changed = services.users.history(pages.organization_id, user.id)[0]
    assert changed.changes == {"title": [None, "Countess"]}


def test_a_name_that_followed_the_others_goes_on_following_them(pages: Pages) -> None:
    user = pages.add(given_name="Ada", family_name="Byron")

    assert 'placeholder="Ada Byron"' in pages.get(f"{user.id}/edit").text
    pages.post(f"{user.id}/edit", **form_of(pages, user.id) | {"family_name": "King"})

    assert pages.read(user.id).display_name == "Ada King"


def test_a_name_that_was_chosen_stays(pages: Pages) -> None:
    user = pages.add(given_name="Ada", display_name="Countess of Lovelace")

    assert 'value="Countess of Lovelace"' in pages.get(f"{user.id}/edit").text


def test_an_edit_that_changes_nothing_writes_nothing(pages: Pages) -> None:
    user = pages.add()

    saved = pages.post(f"{user.id}/edit", **form_of(pages, user.id))

    assert "nothing was changed" in words(saved)
    assert pages.read(user.id).version == 1


def test_a_form_that_is_sent_twice_is_saved_once_and_is_not_too_late(pages: Pages) -> None:
    user = pages.add()
    form = form_of(pages, user.id) | {"title": "Countess"}

    assert "Saved." in words(pages.post(f"{user.id}/edit", **form))
    assert "Saved." in words(pages.post(f"{user.id}/edit", **form))
    assert pages.read(user.id).version == 2


def test_an_edit_that_comes_late_keeps_what_was_typed_and_takes_over_what_only_others_changed(pages: Pages) -> None:
    user = pages.add(given_name="Ada", attributes={"office": "London"})
    mine = form_of(pages, user.id) | {"attribute_name": "office", "attribute_value": "London"}
    with pages.app.app_context():
        theirs = {"title": "Captain", "department": "Sea", "emails": [{"value": "a@b.test", "primary": True}]}
        services.users.change(factories.actor(pages.organization_id), user.id, theirs, at=factories.NOW)
        services.users.suspend(factories.actor(pages.organization_id), user.id, at=factories.NOW)

    late = pages.post(f"{user.id}/edit", **mine | {"title": "Admiral", "given_name": "Augusta"})

    assert late.status_code == 422
    shown = words(late)
    assert "somebody changed this person while you were editing" in shown
    assert "by tests on the command line" in shown
    assert "Title Captain" in shown
    assert "taken over: Department, Active, E-mail" in shown
    assert "Meanwhile: Captain" in shown
    for typed in ('value="Admiral"', 'value="Augusta"', 'value="Sea"', 'value="a@b.test"', 'name="version" value="3"'):
        assert typed in late.text
    assert 'id="field-active" value="yes">' in late.text

    saved = pages.post(
        f"{user.id}/edit",
        **mine
        | {"title": "Admiral", "given_name": "Augusta", "department": "Sea", "version": "3"}
        | {"email_value": "a@b.test", "email_type": "", "active": []},
    )
    assert "Saved." in words(saved)
    now = pages.read(user.id)
    assert (now.title, now.department, now.email, now.active) == ("Admiral", "Sea", "a@b.test", False)


@pytest.mark.parametrize("version", ["", "0", "999", "-1", "one", "\N{ARABIC-INDIC DIGIT ONE}", "9" * 30])
def test_an_edit_without_a_version_of_this_person_is_too_late(pages: Pages, version: str) -> None:
    user = pages.add()

    late = pages.post(f"{user.id}/edit", **form_of(pages, user.id) | {"title": "Admiral", "version": version})

    assert late.status_code == 422
    assert 'value="Admiral"' in late.text
    assert pages.read(user.id).title is None


def test_an_edit_of_somebody_who_was_deleted_meanwhile_keeps_what_was_typed(pages: Pages) -> None:
    user = pages.add()
    form = form_of(pages, user.id)
    pages.post(f"{user.id}/delete")

    late = pages.post(f"{user.id}/edit", **form | {"title": "Admiral"})

    assert late.status_code == 422
    assert "deleted while you were editing" in words(late)
    assert 'value="Admiral"' in late.text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("user_name", "", "Must not be empty."),
        ("user_name", "grace", "Another user of this organization has this user name."),
        ("user_name", "a\0b", "Must not contain the character U+0000."),
        ("title", "x" * 256, "Longer than 255 characters."),
        ("title", "\ufdd0", "Must not contain the character U+FDD0."),
        ("email_value", "nonsense", "Not an e-mail address."),
        ("email_value", ["a@b.test"] * 51, "50"),
        ("attribute_name", ["office", "office"], "This name stands above already."),
        ("attribute_name", "", "Give it a name"),
        ("attribute_name", "x" * 256, "between 1 and 255 characters"),
        ("attribute_value", "{", "Not good JSON."),
        ("attribute_value", "NaN", "Not good JSON."),
        ("attribute_value", "[" * 100 + "]" * 100, "Not good JSON."),
        ("attribute_value", "9" * 40, "A number is too large."),
        ("attribute_value", '"\\u0000"', "Must not contain the character U+0000."),
    ],
)
@pytest.mark.parametrize("path", ["new", "edit"])
def test_a_form_comes_back_with_what_is_wrong_and_what_was_typed(
    pages: Pages, path: str, field: str, value: str | list[str], message: str
) -> None:
    pages.add("grace")
    user = pages.add("ada")
    form: dict[str, Any] = form_of(pages, user.id) if path == "edit" else {"user_name": "new"}
    attributes = {"attribute_name": ["office"] * 2, "attribute_value": ["1"] * 2, "attribute_kind": ["json"] * 2}
    form |= {"department": "Engines"} | (attributes if field.startswith("attribute") else {})
    if field == "attribute_value":
        form |= {name: values[:1] for name, values in attributes.items()}

    answer = pages.post(f"{user.id}/edit" if path == "edit" else path, **form | {field: value})

    assert answer.status_code == 422
    assert "Not saved" in words(answer)
    assert message in words(answer)
    assert 'value="Engines"' in answer.text
    assert "psycopg2" not in answer.text
    assert len(words(pages.get())) < 2000


def test_a_wrong_field_says_what_is_wrong_beside_it(pages: Pages) -> None:
    answer = pages.post("new", user_name="ada", email_value=["ada@b.test", "x"], email_type=["", ""])

    assert '<a href="#field-emails-1">E-mail (2)</a>' in answer.text
    assert 'id="fault-emails-1-value"' in answer.text
    assert 'aria-describedby="fault-emails-1-value" aria-invalid="true"' in answer.text


def test_an_external_id_can_be_used_by_several_local_people(pages: Pages) -> None:
    pages.add("grace", external_id="E-1")

    assert pages.post("new", user_name="ada", external_id="E-1").status_code == 200


def test_what_is_stored_stays_text(pages: Pages) -> None:
    evil = '"><script>alert(1)</script>'
    user = pages.add(
        evil,
        display_name=evil,
        title=evil,
        department=evil,
        emails=[{"value": '"<b>"@x.test', "type": "<i>", "primary": True}],
        attributes={"<u>": evil, "list": ["<s>"]},
    )

    for path in ("", f"{user.id}", f"{user.id}/edit", "?q=<script>"):
        text = pages.get(path).text
        for tag in ("<script>", "<b>", "<i>", "<u>", "<s>"):
            assert tag not in text


def test_a_post_without_a_token_is_refused_kindly(pages: Pages) -> None:
    answer = pages.client.post(pages.url("new"), data={"user_name": "ada"})

    assert answer.status_code == 400
    assert "reload the page and send it again" in words(answer)


def test_a_body_that_is_too_large_is_refused(pages: Pages) -> None:
    token = csrf_token(pages.get("new"))

    answer = pages.client.post(pages.url("new"), data={"csrf_token": token, "title": "x" * 1_100_000})

    assert answer.status_code == 413
    assert "Too large" in words(answer)


def test_a_persons_page_takes_five_statements(pages: Pages, engine: Engine) -> None:
    user = pages.add(emails=[{"value": f"a{number}@b.test"} for number in range(5)])

    with statements(engine) as seen:
        pages.get(f"{user.id}")

    assert len(seen) == 1 + 5


def test_who_was_put_into_a_group_meanwhile_did_not_change_themselves(pages: Pages) -> None:
    user = pages.add(title="Captain")
    sent = form_of(pages, user.id)
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.users.change(actor, user.id, {"title": "Admiral"}, at=factories.NOW)
    pages.group("Pilots", user.id)

    late = pages.post(f"{user.id}/edit", **sent | {"title": "Skipper"})

    assert late.status_code == 422
    assert "Meanwhile: Admiral" in words(late)
    assert "Title before: Captain → now: Admiral" in words(late)
