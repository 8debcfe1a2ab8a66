"""The organization that a token opens, by the API."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from roster import services
from roster.models.token import SCOPES
from roster.schemas.organizations import TAKEN
from tests import factories
from tests.api import ORGANIZATIONS, Api, demand_problem
from tests.factories import NOW


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app, *SCOPES)


@pytest.fixture
def own(api: Api) -> str:
    return f"{ORGANIZATIONS}/{api.organization_id}"


def test_a_token_sees_its_own_and_no_other(app: Flask, api: Api, own: str) -> None:
    with app.app_context():
        other = factories.organization("other").id

    [seen] = api.get(ORGANIZATIONS).get_json()["items"]

    assert seen == api.get(own).get_json()
    assert (seen["id"], seen["purge_days"], seen["purge_keeps"]) == (str(api.organization_id), 30, "labels")
    for method in ("GET", "PATCH", "DELETE"):
        demand_problem(api.send(method, f"{ORGANIZATIONS}/{other}"), 404, "organization_not_found")


def test_it_is_changed_under_its_tag(app: Flask, api: Api, own: str) -> None:
    with app.app_context():
        factories.organization("taken")

    changed = api.patch(own, json={"slug": "new", "name": "Néw", "purge_days": 7}, headers={"If-Match": '"1"'})

    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.get_json()["slug"], changed.get_json()["name"]) == ("new", "Néw")
    demand_problem(api.patch(own, json={"name": "x"}, headers={"If-Match": '"1"'}), 412, "stale_version")
    demand_problem(api.patch(own, json={"slug": "taken"}), 409, "organization_slug_taken")
    assert api.patch(own, json={"name": "Néw"}).headers["ETag"] == '"2"', "nothing changed"
    with app.app_context():
        event = services.events.of_subject(api.organization_id, api.organization_id)[0]
    assert event.changes["purge_days"] == [30, 7]


def test_of_two_editors_at_once_one_is_told(app: Flask, api: Api, own: str) -> None:
    for round_ in range(10):
        tag = api.get(own).headers["ETag"]

        def edit(name: str, tag: str = tag) -> int:
            headers = {"Authorization": f"Bearer {api.token}", "If-Match": tag}
            return app.test_client().patch(own, json={"name": name}, headers=headers).status_code

        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(pool.map(edit, [f"{round_}-{number}" for number in range(4)]))

        assert statuses == [200, 412, 412, 412]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slug": "A"}, "slug"),
        ({"slug": "a\n"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"slug": None}, "slug"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\0"}, "name"),
        ({"purge_days": 0}, "purge_days"),
        ({"purge_days": 3651}, "purge_days"),
        ({"purge_days": 1.5}, "purge_days"),
        ({"purge_days": None}, "purge_days"),
        ({"purge_keeps": "all"}, "purge_keeps"),
        ({"suspended_at": None}, "suspended_at"),
    ],
)
def test_what_is_wrong_is_told_by_its_name(api: Api, own: str, body: dict[str, Any], field: str) -> None:
    demand_problem(api.patch(own, json=body), 422, "invalid_input", field)


def test_another_one_is_made_and_stays_closed_to_this_token(app: Flask, api: Api) -> None:
    created = api.post(ORGANIZATIONS, json={"slug": "second", "name": "Second"})

    assert created.status_code == 201
    demand_problem(api.get(created.headers["Location"]), 404, "organization_not_found")
    demand_problem(api.post(ORGANIZATIONS, json={"slug": "second", "name": "x"}), 409, "organization_slug_taken")
    demand_problem(api.post(ORGANIZATIONS, json={"slug": "a\n", "name": "x"}), 422, "invalid_input", "slug")
    with app.app_context():
        made = services.organizations.get_by_slug("second")
        [event] = services.events.of_subject(made.id, made.id)
    assert (event.action, event.actor_kind, event.door) == ("organization.created", "token", "api")


def test_one_that_is_suspended_opens_nothing_until_it_is_activated(app: Flask, api: Api, own: str) -> None:
    suspended = api.post(f"{own}/suspend")

    assert suspended.get_json()["suspended_at"]
    demand_problem(api.get(), 403, "organization_suspended")
    with app.app_context():
        services.organizations.activate(factories.actor(api.organization_id), at=NOW)
    assert api.get().status_code == 200


def test_one_that_is_deleted_is_closed_and_its_slug_is_free(app: Flask, api: Api, own: str) -> None:
    slug = api.get(own).get_json()["slug"]
    demand_problem(api.delete(own, headers={"If-Match": '"7"'}), 412, "stale_version")

    assert api.delete(own, headers={"If-Match": '"1"'}).status_code == 204

    demand_problem(api.get(), 401, "unauthenticated")
    with app.app_context():
        factories.organization(slug)
        services.organizations.restore(factories.actor(api.organization_id), at=NOW, slug="back")
    assert api.get(own).get_json()["slug"] == "back"


def test_no_slug_is_the_address_of_a_page(app: Flask, api: Api) -> None:
    pages = {rule.rule.split("/")[2] for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin/")}

    assert pages - {"", "<slug>"} == TAKEN
    for slug in TAKEN:
        problem = demand_problem(
            api.post(ORGANIZATIONS, json={"slug": slug, "name": "x"}), 422, "invalid_input", "slug"
        )
        assert problem["errors"][0]["message"] == "This is the address of a page; choose another one."
