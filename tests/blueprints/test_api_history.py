"""Who put X into Y, when, through which door: asked of the user, of the group, and of the feed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from roster import services
from roster.models import Actor
from roster.models.token import SCOPES
from roster.services.groups import Members
from tests.api import EVENTS, Api, demand_problem
from tests.cli.conftest import Run, roster

__all__ = ["roster"]

NOW = datetime.now(UTC)


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app, *SCOPES)


def told(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    keys = ("action", "subject_label", "object_label", "actor_kind", "actor_label", "door")
    return [tuple(event[key] for key in keys) for event in events]


def test_the_user_the_group_and_the_feed_tell_the_same(app: Flask, api: Api) -> None:
    ada, staff = api.new("ada")["id"], api.new_group("Staff")
    began = datetime.now(UTC)

    api.post(f"{staff}/members", json={"users": [ada]}, headers={"X-Request-ID": "trace-1"})
    with app.app_context():
        command = Actor(api.organization_id, "command", "roster groups", "command")
        out = Members([UUID(ada)])
        services.groups.remove_members(command, UUID(staff.rsplit("/", 1)[1]), out, at=datetime.now(UTC))

    taken_out = ("group.member_removed", "Staff", "ada", "command", "roster groups", "command")
    put_in = ("group.member_added", "Staff", "ada", "token", "tests", "api")
    of_user = api.get(f"{ada}/events").get_json()["items"]
    of_group = api.get(f"{staff}/events").get_json()["items"]
    assert told(of_user)[:2] == told(of_group)[:2] == [taken_out, put_in]
    assert [event["action"] for event in of_user[2:] + of_group[2:]] == ["user.created", "group.created"]
    assert of_user[:2] == of_group[:2] == list(reversed(api.get(EVENTS).get_json()["items"]))[:2]
    added = of_user[1]
    assert (added["object_id"], added["request_id"]) == (ada, "trace-1")
    assert began <= datetime.fromisoformat(added["at"]) <= datetime.now(UTC)
    assert added["actor_id"] is not None


def test_an_import_by_the_command_names_itself(app: Flask, api: Api, roster: Run, tmp_path: Any) -> None:
    with app.app_context():
        slug = services.organizations.get(api.organization_id).slug
    file = tmp_path / "people.csv"
    file.write_text("user_name,title\nada,Countess\n")

    assert roster("users", "import", str(file), "--organization", slug).exit_code == 0

    [user] = api.get().get_json()["items"]
    [event] = api.get(f"{user['id']}/events").get_json()["items"]
    assert told([event])[0][0] == "user.created"
    assert (event["actor_kind"], event["door"]) == ("command", "command")
    assert event["actor_label"].endswith("users import")
    assert event["changes"]["title"] == [None, "Countess"]


def test_what_changed_is_told_by_field_before_and_after(api: Api) -> None:
    staff = api.new_group("Staff", description="All")

    api.patch(staff, json={"display_name": "Team", "description": "All"})
    api.patch(staff, json={"display_name": "Team"})
    api.delete(staff)
    api.post(f"{staff}/restore", json={"display_name": "Crew"})

    events = api.get(f"{staff}/events").get_json()["items"]
    assert [(event["action"], event["changes"]) for event in events] == [
        ("group.restored", {"display_name": ["Team", "Crew"]}),
        ("group.deleted", {}),
        ("group.changed", {"display_name": ["Staff", "Team"]}),
        ("group.created", {"display_name": [None, "Staff"], "description": [None, "All"]}),
    ]


def test_the_deleted_have_a_history_and_strangers_none(api: Api) -> None:
    ada, staff = api.new("ada")["id"], api.new_group()
    api.delete(ada)
    api.delete(staff)

    assert api.get(f"{ada}/events").get_json()["items"][0]["action"] == "user.deleted"
    assert api.get(f"{staff}/events").get_json()["items"][0]["action"] == "group.deleted"
    demand_problem(api.get(f"{uuid4()}/events"), 404, "user_not_found")
    demand_problem(api.get(f"/api/v1/groups/{uuid4()}/events"), 404, "group_not_found")


def test_no_secret_is_told(api: Api) -> None:
    token = api.post("/api/v1/tokens", json={"name": "t", "scopes": ["users:read"]}).get_json()["token"]
    api.post(f"/api/v1/tokens/{token.split('_')[2][:8]}/rotate")

    text = api.get(EVENTS).text

    assert "token.rotated" in text
    assert token[11:] not in text
    assert api.token[11:59] not in text
