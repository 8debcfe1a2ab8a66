"""Groups as identity providers write them: members by difference, in few statements, and told one by one."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from roster import services
from roster.errors import AppException
from roster.services.provisioning.query import Query
from tests import factories
from tests.services.provisioning import LATER, Idp, members_of, op, values


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def idp() -> Idp:
    return Idp()


def refusal(work: Any, *args: Any, **options: Any) -> AppException:
    with pytest.raises(AppException) as caught:
        work(*args, **options)
    return caught.value


def test_a_group_is_created_with_its_members(idp: Idp) -> None:
    ada, inner = idp.user(), idp.group("inner")

    group = idp.group("staff", ada.id, inner.id, externalId="g1")

    assert (group.display_name, group.external_id, group.identity_provider_id) == ("staff", "g1", idp.provider.id)
    assert {(member["type"], member["value"]) for member in group.members} == {
        ("User", str(ada.id)),
        ("Group", str(inner.id)),
    }
    assert idp.told(group.id) == ["group.created", "group.member_added", "group.member_added"]


def test_a_name_is_taken_in_any_case(idp: Idp) -> None:
    idp.group("Staff")
    other = idp.group("other")

    for work in (lambda: idp.group("STAFF"), lambda: idp.put_group(other.id, "sTAFF")):
        assert refusal(work).error.code == "group_name_taken"


def test_a_put_makes_the_members_those_it_names_and_touches_no_other_row(idp: Idp) -> None:
    users = [idp.user(f"u{number}").id for number in range(4)]
    group = idp.group("staff", *users[:3])

    after = idp.put_group(group.id, "staff", *users[1:])

    assert members_of(after) == set(map(str, users[1:]))
    assert idp.told(group.id)[-2:] == ["group.member_removed", "group.member_added"]
    assert (after.version, after.member_version) == (group.version, group.member_version + 1)
    assert after.last_modified == after.members_changed_at == LATER


def test_a_put_without_members_empties_the_group(idp: Idp) -> None:
    group = idp.group("staff", idp.user().id, idp.group("inner").id)

    after = idp.put_group(group.id, "Staff!")

    assert (after.display_name, after.members) == ("Staff!", [])


def test_a_put_or_patch_that_changes_nothing_writes_nothing(idp: Idp) -> None:
    ada = idp.user()
    group = idp.group("staff", ada.id, externalId="g1")

    idp.put_group(group.id, "staff", ada.id)
    after = idp.patch_group(
        group.id,
        op("add", "members", values(ada.id)),
        op("replace", "displayName", "staff"),
        op("remove", "members", []),
    )

    assert (after.version, after.member_version) == (group.version, group.member_version)
    assert len(idp.told(group.id)) == 2


def test_changes_of_members_count_in_the_order_in_which_they_are_sent(idp: Idp) -> None:
    a, b, c = (idp.user(name).id for name in "abc")
    group = idp.group("staff", a)

    after = [
        members_of(idp.patch_group(group.id, *operations))
        for operations in (
            (op("add", "members", values(b)), op("remove", f'members[value eq "{b}"]')),
            (op("remove", f'members[value eq "{a}"]'), op("add", "members", values(a, b))),
            (op("remove", "members"), op("add", "members", values(c))),
            (op("replace", "members", values(a, b)), op("remove", "members", values(a))),
            (op("add", "members", values(a)), op("remove", 'members[display eq "a"]'), op("add", "members", values(c))),
        )
    ]

    assert after == [{str(key) for key in keys} for keys in ((a,), (a, b), (c,), (b,), (b, c))]


def test_a_patch_of_name_and_members_is_all_or_nothing(idp: Idp) -> None:
    ada = idp.user()
    group = idp.group("staff")
    idp.group("taken")

    fault = refusal(
        idp.patch_group, group.id, op("add", "members", values(ada.id)), op("replace", "displayName", "taken")
    )

    assert fault.error.code == "group_name_taken"
    assert services.provisioning.groups.get(idp.organization_id, group.id).members == []


def test_a_member_who_is_not_there_is_named(idp: Idp) -> None:
    group, missing = idp.group(), str(uuid4())
    deleted, stranger = idp.user(), factories.user(factories.organization().id)
    idp.delete_user(deleted.id)

    for member in (missing, str(deleted.id), str(stranger.id)):
        fault = refusal(idp.patch_group, group.id, op("add", "members", [{"value": member}]))
        assert (fault.error.code, list(fault.fields)) == ("invalid_value", ["members"])
        assert member in fault.message


def test_what_can_be_nobodys_id_is_left_out_unless_strict(idp: Idp) -> None:
    strict = Idp(name="Strict", strict=True)
    nobody = op("add", "members", [{"value": "nobody"}])

    assert idp.patch_group(idp.group().id, nobody).members == []
    assert "nobody" in refusal(strict.patch_group, strict.group().id, nobody).message


def test_to_take_out_who_is_not_in_it_does_nothing(idp: Idp) -> None:
    group = idp.group("staff", idp.user().id)

    after = idp.patch_group(group.id, op("remove", "members", [*values(uuid4()), {"value": "nobody"}]))

    assert (len(after.members), after.member_version) == (1, group.member_version)


def test_a_circle_is_refused(idp: Idp) -> None:
    inner = idp.group("inner")
    outer = idp.group("outer", inner.id)

    for parent, child in ((inner.id, outer.id), (inner.id, inner.id)):
        assert refusal(idp.patch_group, parent, op("add", "members", values(child))).error.code == "circular_groups"


def test_a_patch_for_another_version_of_the_members_is_refused(idp: Idp) -> None:
    ada, group = idp.user(), idp.group()
    tag = f"{group.version}.{group.member_version}"

    idp.patch_group(group.id, op("add", "members", values(ada.id)), expected_version={tag})

    fault = refusal(idp.patch_group, group.id, op("remove", "members"), expected_version={tag})
    assert fault.error.code == "stale_version"


def test_members_are_left_out_where_nobody_asks_for_them(idp: Idp) -> None:
    group = idp.group("staff", idp.user().id)

    assert idp.patch_group(group.id, op("replace", "displayName", "x"), members=False).members is None
    assert services.provisioning.groups.search(idp.organization_id, Query(related=False)).rows[0].members is None


def test_a_group_that_is_deleted_is_gone_and_its_name_free(idp: Idp) -> None:
    inner = idp.group("inner")
    outer = idp.group("outer", inner.id)

    services.provisioning.groups.remove(idp.actor, inner.id, at=LATER)

    assert refusal(services.provisioning.groups.get, idp.organization_id, inner.id).error.code == "group_not_found"
    after = services.provisioning.groups.get(idp.organization_id, outer.id)
    assert (after.members, after.member_version) == ([], outer.member_version + 1)
    assert idp.group("INNER").id != inner.id
