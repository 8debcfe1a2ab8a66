"""Groups: the list, one group, who is in it, who put them there."""

import re
from uuid import uuid4

import pytest
from flask import Flask

from roster import services
from roster.services.groups import Members
from tests import factories
from tests.factories import NOW
from tests.pages import Pages, words


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


def test_a_group_is_created_changed_deleted_and_restored(pages: Pages) -> None:
    form = {"display_name": "Pilots", "description": "Who flies.\r\nAnd lands.", "external_id": ""}
    page = pages.post(pages.of("groups/new"), **form)
    assert "Created." in words(page)
    group_id = page.request.path.rpartition("/")[2]

    path = pages.of(f"groups/{group_id}")
    assert "Saved." in words(pages.post(f"{path}/edit", **form | {"display_name": "Captains", "version": "1"}))
    assert "Nothing to save" in words(pages.post(f"{path}/edit", **form | {"display_name": "Captains", "version": "2"}))
    gone = pages.post(f"{path}/delete")
    assert "It can be restored with its members until" in words(gone)
    assert pages.get(f"{path}/edit").status_code == 404
    back = pages.post(f"{path}/restore")

    assert "Restored." in words(back)
    assert "Name before: Pilots → now: Captains" in words(back).replace("Display name", "Name")
    assert "Who flies.\nAnd lands." in back.text


def test_a_group_without_a_name_or_with_a_taken_one_comes_back(pages: Pages) -> None:
    pages.group("Pilots")

    nameless = pages.post(pages.of("groups/new"), display_name=" ", description="kept")
    taken = pages.post(pages.of("groups/new"), display_name="PILOTS")

    assert (nameless.status_code, taken.status_code) == (422, 422)
    assert "kept" in nameless.text
    assert "Another group of this organization has this name." in words(taken)


def test_restoring_onto_a_taken_name_offers_another(pages: Pages) -> None:
    user, group_id = pages.add(), pages.group("Pilots")
    pages.post(pages.of(f"groups/{group_id}/members"), page=pages.of(f"groups/{group_id}"), users=str(user.id))
    pages.post(pages.of(f"groups/{group_id}/delete"))
    pages.group("pilots")

    refused = pages.post(pages.of(f"groups/{group_id}/restore"))
    assert refused.status_code == 422
    assert 'name="display_name" value="Pilots"' in refused.text
    back = pages.post(pages.of(f"groups/{group_id}/restore"), display_name="Old pilots")

    assert "Old pilots" in words(back)
    assert pages.members(group_id) == ["ada"]


def test_an_edit_that_came_late_keeps_what_was_typed_and_shows_theirs(pages: Pages) -> None:
    group_id = pages.group("Pilots")
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.groups.change(actor, group_id, {"display_name": "Captains", "description": "Theirs"}, at=NOW)

    late = pages.post(
        pages.of(f"groups/{group_id}/edit"), display_name="Aviators", description="", external_id="", version="1"
    )

    assert late.status_code == 422
    assert "somebody changed this group while you were editing" in words(late)
    assert 'value="Aviators"' in late.text
    assert "Meanwhile: Captains" in words(late)
    assert "Theirs" in late.text
    saved = pages.post(
        pages.of(f"groups/{group_id}/edit"), display_name="Aviators", description="Theirs", external_id="", version="2"
    )
    assert "Saved." in words(saved)


def test_the_list_is_searched_sorted_paged_and_counted(pages: Pages) -> None:
    for name in ("Zebra", "émile", "Ada", "Gone"):
        key = pages.group(name)
    pages.post(pages.of(f"groups/{key}/delete"))

    assert "Groups 3" in words(pages.get(pages.of("groups")))
    first = pages.get(pages.of("groups?limit=2")).text
    assert first.index("Ada") < first.index("émile")
    assert "Zebra" not in first
    assert 'rel="next"' in first
    assert "1 found" in words(pages.get(pages.of("groups?q=emile")))
    assert "Gone" in words(pages.get(pages.of("groups?status=deleted")))
    assert "No group matches “x”" in words(pages.get(pages.of("groups?q=x")))
    assert pages.get(pages.of("groups?sort=user_name")).status_code == 422


def test_both_pages_say_who_put_whom_into_what_through_which_door(pages: Pages) -> None:
    user, group_id = pages.add(display_name="Ada Lovelace"), pages.group("Pilots")

    chosen = pages.get(pages.of(f"groups/{group_id}/members/new?q=love"))
    assert f'name="users" value="{user.id}"' in chosen.text
    added = pages.post(pages.of(f"groups/{group_id}/members"), page=chosen.request.path, users=[str(user.id)])
    person = pages.get(f"{user.id}")

    assert "1 added." in words(added)
    assert "Member added ada" in words(added)
    assert f"{pages.email}, in these pages" in words(added)
    assert "Added to Pilots" in words(person)
    assert f"{pages.email}, in these pages" in words(person)
    assert pages.get(pages.of(f"events/about/{user.id}")).request.path == pages.url(f"{user.id}")
    assert pages.get(pages.of(f"events/about/{group_id}")).request.path == pages.of(f"groups/{group_id}")


def test_a_person_is_added_and_removed_on_their_own_page(pages: Pages) -> None:
    user = pages.add()
    group_id, outer = pages.group("Pilots"), pages.group("Everybody")
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.groups.add_members(actor, outer, Members(groups=[group_id]), at=NOW)

    assert "In no group." in words(pages.get(f"{user.id}"))
    offered = pages.get(f"{user.id}/groups?q=pil")
    assert "Everybody" not in words(offered)
    back = pages.url(f"{user.id}")
    path = pages.of(f"groups/{group_id}/members")
    added = pages.post(path, page=f"{user.id}/groups", users=str(user.id), back=back)
    assert added.request.path == back
    assert "Everybody by way of another group" in words(added)
    assert "in it" in words(pages.get(f"{user.id}/groups"))
    removed = pages.post(f"{path}/remove", page=back, users=str(user.id), back=back)

    assert "In no group." in words(removed)
    assert "Removed from Pilots" in words(removed)


def test_members_come_a_page_at_a_time(pages: Pages) -> None:
    users = [pages.add(f"user{number}").id for number in range(5)]
    group_id = pages.group("Pilots", *users)

    first = pages.get(pages.of(f"groups/{group_id}?limit=3"))
    assert "5 members" in words(first)
    assert ("user2" in first.text, 'value="' + str(users[4]) in first.text) == (True, False)
    second = pages.get(pages.of(f"groups/{group_id}?limit=3&after={users[2]}"))

    assert f'value="{users[4]}"' in second.text
    assert "First page" in words(second)
    assert pages.get(pages.of(f"groups/{group_id}?after=x")).status_code == 422


def test_what_can_not_be_a_member_is_refused_in_words(pages: Pages) -> None:
    inner, outer = pages.group("Inner"), pages.group("Outer")
    new = pages.of(f"groups/{outer}/members/new")
    assert "Inner" in words(pages.get(f"{new}?kind=groups"))
    pages.post(pages.of(f"groups/{outer}/members"), page=new, groups=str(inner))

    circle = pages.post(pages.of(f"groups/{inner}/members"), page=new, groups=str(outer), kind="groups")
    nobody = pages.post(pages.of(f"groups/{inner}/members"), page=new)
    stranger = pages.post(pages.of(f"groups/{inner}/members"), page=new, users=str(uuid4()))
    nonsense = pages.post(pages.of(f"groups/{inner}/members"), page=new, users="x")

    assert {answer.status_code for answer in (circle, nobody, stranger, nonsense)} == {422}
    assert "A group can't be inside itself" in words(circle)
    assert "Name at least one user or group." in words(nobody)
    assert "Nobody was chosen" in words(pages.post(pages.of(f"groups/{inner}/members/remove"), page=new))


def test_a_groups_page_shows_what_it_is_in_and_lets_it_out(pages: Pages) -> None:
    inner, middle, outer = (pages.group(name) for name in ("Pilots", "Crew", "Everybody"))
    assert "Member of" not in words(pages.get(pages.of(f"groups/{inner}")))
    with pages.app.app_context():
        actor = factories.actor(pages.organization_id)
        services.groups.add_members(actor, middle, Members(groups=[inner]), at=NOW)
        services.groups.add_members(actor, outer, Members(groups=[middle]), at=NOW)

    back = pages.of(f"groups/{inner}")
    shown = words(pages.get(back))
    path = pages.of(f"groups/{middle}/members/remove")
    left = pages.post(path, page=back, groups=str(inner), back=back)

    assert "Member of Crew Remove Everybody by way of another group" in shown
    assert left.request.path == back
    assert "Member of" not in words(left)


def test_an_auditor_reads_groups_and_changes_none(app: Flask, pages: Pages) -> None:
    user = pages.add()
    group_id = pages.group("Pilots", user.id)
    auditor = Pages(app, "auditor", slug=pages.slug)

    shown = words(auditor.get(pages.of(f"groups/{group_id}")))

    assert "ada" in shown
    assert not {"Edit", "Add", "Delete…", "Take"} & set(shown.split())
    for path in ("groups/new", f"groups/{group_id}/edit", f"groups/{group_id}/members/new", f"users/{user.id}/groups"):
        assert auditor.get(pages.of(path)).status_code == 403
    for verb in ("edit", "delete", "restore", "members", "members/remove"):
        answer = auditor.post(pages.of(f"groups/{group_id}/{verb}"), users=str(user.id), display_name="x")
        assert answer.status_code == 403
    assert pages.members(group_id) == ["ada"]


def test_a_group_of_another_organization_is_not_there(app: Flask, pages: Pages) -> None:
    other, confined = Pages(app), Pages(app, confined=True)
    group_id, user = pages.group("Pilots"), other.add()

    assert other.get(other.of(f"groups/{group_id}")).status_code == 404
    assert other.post(other.of(f"groups/{group_id}/delete"), page="").status_code == 404
    assert confined.get(pages.of(f"groups/{group_id}")).status_code == 404
    assert confined.get(pages.of("groups")).status_code == 404
    stranger = pages.post(
        pages.of(f"groups/{group_id}/members"), page=pages.of(f"groups/{group_id}"), users=str(user.id)
    )
    assert stranger.status_code == 422
    assert pages.members(group_id) == []


def test_chips_narrow_the_groups_and_are_taken_away_again(pages: Pages) -> None:
    user = pages.add("ada")
    pages.group("Pilots", user.id)
    pages.group("Nobody")

    empty = pages.get(pages.of("groups?members=without")).text
    local = pages.get(pages.of("groups?members=with&origin=local")).text

    assert re.findall(r'<bdi class="full">([^<]*)</bdi>', empty) == ["Nobody"]
    assert re.findall(r'<bdi class="full">([^<]*)</bdi>', local) == ["Pilots"]
    assert f'<a class="chip on" href="/admin/{pages.slug}/groups"' in empty
    assert "No group is like that" in pages.get(pages.of("groups?origin=provider")).text
    assert pages.get(pages.of("groups?origin=x")).status_code == 422
