"""People as identity providers write them: what is kept, what is told, and who is hired again."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from roster.models import User
from roster.scim.attributes import ENTERPRISE_URN
from roster.services.provisioning.query import Query
from tests import factories
from tests.factories import NOW
from tests.services.provisioning import LATER, Idp, op

WHOLE: dict[str, Any] = {
    "externalId": "00u1",
    "name": {"givenName": "Ada", "familyName": "King", "middleName": "Augusta"},
    "nickName": "Countess",
    "title": "Analyst",
    "emails": [{"value": "ada@x.test", "type": "work", "primary": True}, {"value": "ada@home.test", "type": "home"}],
    "phoneNumbers": [{"value": "+44 1", "type": "work"}],
    ENTERPRISE_URN: {"department": "Engines", "employeeNumber": "7"},
}


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def idp() -> Idp:
    return Idp()


def stored(idp: Idp, user_id: UUID) -> User:
    return services.users.get_with_deleted(idp.organization_id, user_id)


def refusal(work: Any, *args: Any, **options: Any) -> AppException:
    with pytest.raises(AppException) as caught:
        work(*args, **options)
    return caught.value


def test_all_that_a_provider_says_is_kept_in_its_place(idp: Idp) -> None:
    row = idp.user(**WHOLE)

    assert (row.user_name, row.given_name, row.title, row.department) == ("ada", "Ada", "Analyst", "Engines")
    assert (row.display_name, row.active, row.external_id) == ("Ada King", True, "00u1")
    assert stored(idp, row.id).identity_provider_id == idp.provider.id
    assert row.profile == {
        "name": {"middleName": "Augusta"},
        "nickName": "Countess",
        "phoneNumbers": [{"value": "+44 1", "type": "work"}],
        "unassigned": ["emails[1].primary"],
        ENTERPRISE_URN: {"employeeNumber": "7"},
    }
    assert [email.value for email in row.emails] == ["ada@x.test", "ada@home.test"]


def test_an_event_tells_each_attribute_by_its_name(idp: Idp) -> None:
    user = idp.user(**WHOLE)

    idp.patch_user(user.id, op("replace", "name.middleName", "A."), op("replace", f"{ENTERPRISE_URN}:costCenter", "9"))

    assert idp.last_change(user.id) == {"name.middleName": ["Augusta", "A."], "costCenter": [None, "9"]}
    [event, _] = services.users.history(idp.organization_id, user.id)
    assert (event.actor_label, event.door) == ("Okta", "scim")


def test_a_password_is_in_no_event_and_in_no_column(idp: Idp) -> None:
    user = idp.user(password="correct horse")

    assert "correct horse" not in str(idp.last_change(user.id))
    assert "correct horse" not in str(vars(stored(idp, user.id)))


def test_a_put_clears_what_it_does_not_give(idp: Idp) -> None:
    user = idp.user(**WHOLE)

    row = idp.put_user(user.id, title="Programmer")

    assert (row.title, row.given_name, row.department, row.emails, row.profile) == ("Programmer", None, None, [], {})
    assert (row.display_name, row.version) == ("ada", 2)


def test_a_put_without_active_or_external_id_leaves_both_as_they_are(idp: Idp) -> None:
    user = idp.user(active=False, externalId="1")

    row = idp.put_user(user.id)

    assert (row.active, row.external_id) == (False, "1")


def test_a_put_of_a_strict_provider_without_external_id_clears_it() -> None:
    idp = Idp(strict=True)
    user = idp.user(active=False, externalId="1")

    row = idp.put_user(user.id)

    assert (row.active, row.external_id) == (False, None)


@pytest.mark.parametrize("how", ["put", "patch"])
def test_what_changes_nothing_writes_nothing(idp: Idp, how: str) -> None:
    user = idp.user(**WHOLE)

    if how == "put":
        row = idp.put_user(user.id, **WHOLE)
    else:
        row = idp.patch_user(user.id, op("replace", "nickName", "Countess"), op("replace", "active", True))

    assert (row.version, row.updated_at) == (1, NOW)
    assert idp.told(user.id) == ["user.created"]


def test_it_can_be_found_who_suspended_whom(idp: Idp) -> None:
    user = idp.user()

    idp.patch_user(user.id, op("replace", "active", False))
    idp.patch_user(user.id, op("replace", "active", True), op("replace", "title", "Dr"))

    assert idp.told(user.id) == ["user.created", "user.suspended", "user.activated", "user.changed"]
    assert idp.last_change(user.id) == {"title": [None, "Dr"]}


def test_who_is_created_suspended_is_told_to_be(idp: Idp) -> None:
    user = idp.user(active=False)

    assert idp.last_change(user.id) == {
        "user_name": [None, "ada"],
        "display_name": [None, "ada"],
        "active": [None, False],
    }


def test_to_take_active_away_ends_no_suspension(idp: Idp) -> None:
    suspended, active = idp.user(active=False), idp.user("grace")

    for user in (suspended, active):
        idp.patch_user(user.id, op("remove", "active"))

    assert not stored(idp, suspended.id).active
    assert stored(idp, active.id).active


def test_of_a_patch_that_fails_nothing_is_kept(idp: Idp) -> None:
    user = idp.user()

    fault = refusal(idp.patch_user, user.id, op("replace", "title", "Dr"), op("replace", "groups", []))

    assert fault.error.code == "mutability"
    assert stored(idp, user.id).title is None


def test_a_patch_for_another_version_is_refused(idp: Idp) -> None:
    user = idp.user()

    assert idp.patch_user(user.id, op("replace", "title", "Dr"), expected_version={"1", "9"}).version == 2
    for work in (
        lambda: idp.patch_user(user.id, op("remove", "title"), expected_version={"1"}),
        lambda: idp.delete_user(user.id, expected_version={"1"}),
    ):
        assert refusal(work).error.code == "stale_version"


def test_a_display_name_that_was_chosen_stays_and_one_that_follows_follows(idp: Idp) -> None:
    user = idp.user(name={"givenName": "Ada"})

    assert idp.patch_user(user.id, op("replace", "name.familyName", "King")).display_name == "Ada King"
    assert idp.patch_user(user.id, op("replace", "displayName", "Countess")).display_name == "Countess"
    assert idp.patch_user(user.id, op("replace", "name.familyName", "L")).display_name == "Countess"
    assert idp.patch_user(user.id, op("remove", "displayName")).display_name == "Ada L"


def test_a_manager_who_is_here_is_linked_and_another_only_named(idp: Idp) -> None:
    boss, stranger = idp.user("boss"), uuid4()

    rows = [
        idp.user(f"u{n}", **{ENTERPRISE_URN: {"manager": {"value": value}}})
        for n, value in enumerate((str(boss.id), str(stranger), "CN=boss"))
    ]

    assert [row.manager_id for row in rows] == [boss.id, None, None]
    assert [row.profile[ENTERPRISE_URN]["manager"]["value"] for row in rows][1:] == [str(stranger), "CN=boss"]
    gone = idp.patch_user(rows[0].id, op("remove", f"{ENTERPRISE_URN}:manager"))
    assert (gone.manager_id, gone.profile) == (None, {})


def test_a_strict_provider_may_name_only_managers_who_are_here() -> None:
    idp = Idp(strict=True)
    manager = {"value": str(uuid4())}

    fault = refusal(idp.user, **{ENTERPRISE_URN: {"manager": manager}})

    assert (fault.error.code, list(fault.fields)) == ("invalid_value", ["manager"])


def test_who_was_suspended_comes_back_as_the_body_says_under_the_same_id(idp: Idp) -> None:
    user = idp.user(externalId="1", title="Analyst", nickName="A")
    idp.patch_user(user.id, op("replace", "active", False))

    back = idp.user("ada.king", externalId="1", title="Dr")

    assert (back.id, back.user_name, back.title, back.active, back.profile) == (user.id, "ada.king", "Dr", True, {})
    assert idp.told(user.id)[-2:] == ["user.activated", "user.changed"]


@pytest.mark.parametrize(
    ("again", "code"),
    [
        ({"externalId": "1"}, "external_id_taken"),
        ({"externalId": "1", "active": False}, "external_id_taken"),
        ({}, "user_name_taken"),
    ],
)
def test_who_is_there_is_not_created_again(idp: Idp, again: dict[str, Any], code: str) -> None:
    user = idp.user(externalId="1", active="active" not in again)

    assert refusal(idp.user, "ADA", **again).error.code == code
    assert idp.told(user.id) == ["user.created"]


def test_another_name_for_the_same_external_id_is_a_conflict(idp: Idp) -> None:
    idp.user(externalId="1")

    assert refusal(idp.user, "grace", externalId="1").error.code == "external_id_taken"


def test_who_was_deleted_comes_back_as_somebody_new_who_names_them(idp: Idp) -> None:
    first = idp.user(externalId="1")
    idp.delete_user(first.id)
    second = idp.user(externalId="1")
    idp.delete_user(second.id)

    third = idp.user(externalId="1")

    assert len({first.id, second.id, third.id}) == 3
    assert stored(idp, third.id).predecessor_id == second.id
    assert idp.last_change(third.id)["predecessor_id"] == [None, str(second.id)]


def test_who_was_deleted_comes_back_under_the_same_id_where_the_switch_says_so() -> None:
    idp = Idp(revive_deleted=True)
    user = idp.user(externalId="1", title="Analyst")
    group = idp.group("staff", user.id)
    idp.delete_user(user.id)

    back = idp.user("ada.king", externalId="1")

    assert (back.id, back.user_name, back.title) == (user.id, "ada.king", None)
    assert (stored(idp, user.id).deleted_at, stored(idp, user.id).purge_after) == (None, None)
    assert idp.told(user.id)[-1] == "user.restored"
    assert services.provisioning.groups.get(idp.organization_id, group.id).member_version == group.member_version + 2


def test_nobody_elses_account_is_adopted(idp: Idp) -> None:
    local = factories.user(idp.organization_id, "ada", email="ada@x.test", external_id="1")
    other = Idp(idp.organization_id, "Entra").user("grace", externalId="2")
    services.users.suspend(idp.actor, other.id, at=LATER)

    by_local = refusal(idp.user, "ADA", externalId="1", emails=[{"value": "ada@x.test"}])
    by_other = refusal(idp.user, "grace", externalId="2")

    assert by_local.error.code == by_other.error.code == "user_name_taken"
    assert "an administrator can link it to Okta" in by_local.message
    assert "another identity provider" in by_other.message
    assert stored(idp, local.id).identity_provider_id is None


def test_who_was_deleted_is_gone_everywhere_and_the_name_is_free(idp: Idp) -> None:
    user = idp.user()
    group = idp.group("staff", user.id)

    idp.delete_user(user.id)

    for work in (idp.delete_user, idp.put_user, lambda key: services.provisioning.users.get(idp.organization_id, key)):
        assert refusal(work, user.id).error.code == "user_not_found"
    after = services.provisioning.groups.get(idp.organization_id, group.id)
    assert (after.members, after.member_version) == ([], group.member_version + 1)
    assert idp.user().id != user.id


def test_a_page_counts_only_where_it_must(idp: Idp) -> None:
    for number in range(5):
        idp.user(f"u{number}")
    search = services.provisioning.users.search

    pages = [
        search(idp.organization_id, query)
        for query in (Query(), Query(limit=2, start=2), Query(limit=0), Query(limit=2, after="", counted=False))
    ]

    assert [(len(page.rows), page.total, page.next is None) for page in pages] == [
        *[(5, 5, True), (2, 5, True), (0, 5, True), (2, None, False)]
    ]
    assert len(search(idp.organization_id, Query(limit=9, after=pages[-1].next)).rows) == 3
