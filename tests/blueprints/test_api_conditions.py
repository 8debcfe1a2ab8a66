"""ETag, If-None-Match and If-Match (RFC 9110 §13)."""

from typing import Any

import pytest
from flask import Flask

from tests.api import Api, demand_problem


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


@pytest.fixture
def user(api: Api) -> dict[str, Any]:
    """A user at version 2."""
    user = api.new()
    return dict(api.patch(user["id"], json={"title": "Dr"}).get_json())


WRITES = [("PATCH", ""), ("DELETE", ""), ("POST", "/suspend"), ("POST", "/activate")]
GOOD = ['"2"', "*", 'W/"2"', "2", '"1", "2"', '"2","7"', '"a,b", W/"2"']  # a proxy that compresses makes tags weak
STALE = ['"1"', '"3"', 'W/"1"', '"1", "3"', '""', '"two"', '"-2"', '"2.0"', '"1,2"', '"' + "2" * 99 + '"']
MALFORMED = ["", " ", ",", '"2', '2"', "two", '"2" "2"', '*, "2"', '"٢"', 'w/"2"']


def test_every_answer_with_a_user_has_the_version_as_its_tag(api: Api) -> None:
    created = api.post(json={"user_name": "ada"})
    path = created.get_json()["id"]

    tags = [
        created.headers["ETag"],
        api.patch(path, json={"title": "Dr"}).headers["ETag"],
        api.post(f"{path}/suspend").headers["ETag"],
        api.post(f"{path}/activate").headers["ETag"],
        api.get(path).headers["ETag"],
    ]
    api.delete(path)
    restored = api.post(f"{path}/restore").headers["ETag"]

    assert [*tags, restored] == ['"1"', '"2"', '"3"', '"4"', '"4"', '"6"']


@pytest.mark.parametrize("tag", ['"2"', 'W/"2"', "*", '"1", "2"'])
def test_what_is_known_is_not_sent_again(api: Api, user: dict[str, Any], tag: str) -> None:
    for method in ("GET", "HEAD"):
        response = api.send(method, user["id"], headers={"If-None-Match": tag})

        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == '"2"'


@pytest.mark.parametrize("tag", ['"1"', "", '"two"', 'W/"3"'])
def test_what_is_not_known_is_sent(api: Api, user: dict[str, Any], tag: str) -> None:
    assert api.get(user["id"], headers={"If-None-Match": tag}).get_json() == user


@pytest.mark.parametrize("tag", STALE)
def test_a_stale_tag_stops_every_write_and_nothing_is_written(api: Api, user: dict[str, Any], tag: str) -> None:
    for method, path in WRITES:
        response = api.send(method, user["id"] + path, headers={"If-Match": tag})

        demand_problem(response, 412, "stale_version")

    assert api.get(user["id"]).get_json() == user


@pytest.mark.parametrize("tags", MALFORMED)
def test_what_is_no_list_of_tags_is_refused_and_nothing_is_written(api: Api, user: dict[str, Any], tags: str) -> None:
    for method, path in [*WRITES, ("GET", "")]:
        headers = {"If-Match": tags.encode().decode("latin-1")}

        response = api.send(method, user["id"] + path, headers=headers)

        demand_problem(response, 400, "malformed_request")

    assert api.get(user["id"]).get_json() == user


@pytest.mark.parametrize("tag", GOOD)
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_tag_of_this_version_lets_a_write_pass(
    api: Api, user: dict[str, Any], tag: str, method: str, path: str
) -> None:
    response = api.send(method, user["id"] + path, headers={"If-Match": tag})

    assert response.status_code in {200, 204}


def test_a_stale_tag_stops_a_read_in_this_doors_voice(api: Api, user: dict[str, Any]) -> None:
    demand_problem(api.get(user["id"], headers={"If-Match": '"1"'}), 412, "stale_version")

    for tag in GOOD:
        assert api.get(user["id"], headers={"If-Match": tag}).get_json() == user


def test_the_second_of_two_editors_is_told_and_loses_nothing(api: Api, user: dict[str, Any]) -> None:
    seen = {"If-Match": api.get(user["id"]).headers["ETag"]}

    first = api.patch(user["id"], json={"title": "Prof"}, headers=seen)
    second = api.patch(user["id"], json={"title": "Mx"}, headers=seen)

    assert first.status_code == 200
    demand_problem(second, 412, "stale_version")
    assert api.get(user["id"]).get_json()["title"] == "Prof"
