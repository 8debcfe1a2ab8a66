"""Addresses, query strings and headers that nobody should send."""

from typing import Any

import pytest

from tests.api import USERS, Api, demand_problem, demand_voice

pytestmark = pytest.mark.usefixtures("untouched")

NIL = "00000000-0000-0000-0000-000000000000"
BAD_IDS = [
    *("1", "0", "-1", "ada", "null", "me", "%00", "%0a", "%ff", "%ed%a0%80", "..", "%2e%2e", "%2F", "'", "%27--"),
    *("a" * 36, f"g{NIL[1:]}", "0" * 32, f"{{{NIL}}}", NIL[1:], f"{NIL}0", "\u0660" * 36, f"urn:uuid:{NIL}"),
    "a" * 7000,
]
BAD_QUERIES = {
    "limit=0": "limit",
    "limit=-1": "limit",
    "limit=201": "limit",
    "limit=1e9": "limit",
    "limit=1.5": "limit",
    "limit=1000000000000000000000": "limit",
    "limit=" + "9" * 5000: "limit",
    "limit=abc": "limit",
    "limit=": "limit",
    "limit=%00": "limit",
    "limit=NaN": "limit",
    "q=%00": "q",
    "q=a%00b": "q",
    "q=%0a%1b": "q",
    "q=%ef%bf%bf": "q",
    "q=" + "a" * 201: "q",
    "q=" + "%ef%b7%ba" * 200: "q",
    "status=": "status",
    "status=all": "status",
    "status=%00": "status",
    "status=LIVE": "status",
    "sort=": "sort",
    "sort=id": "sort",
    "sort=--user_name": "sort",
    "sort=user_name;drop table": "sort",
    "sort=user_name_key": "sort",
    "sort=%00": "sort",
    "after=" + "a" * 4001: "after",
    "page=2": "page",
    "limit[]=1": "limit[]",
    "Limit=1": "Limit",
    "%00=1": "\0",
    "filters=active+eq+true": "filters",
    "organization_id=1": "organization_id",
    "_external=1": "_external",
}
FINE_QUERIES = ["", "&&&", "=", "q", "q=%ff%fe", "q=%ed%a0%80", "q=%", "q=%25", "q=a&q=%00b", "limit=+1", "after"]


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:40])
def test_a_malformed_id_is_not_found(api: Api, bad: str) -> None:
    for method, path in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore"), ("POST", "/suspend")]:
        response = api.send(method, f"{USERS}/{bad}{path}")

        assert response.status_code in {404, 405, 308}, response.text
        if response.status_code != 308:
            assert demand_voice(response)["code"] in {"not_found", "method_not_allowed"}


@pytest.mark.parametrize(("query", "name"), BAD_QUERIES.items(), ids=lambda text: text[:30])
def test_a_bad_question_is_refused_by_its_name(api: Api, query: str, name: str) -> None:
    demand_problem(api.get(f"{USERS}?{query}"), 422, "invalid_input", name)


@pytest.mark.parametrize("query", FINE_QUERIES, ids=lambda text: text[:30])
def test_an_odd_question_has_an_answer(api: Api, query: str) -> None:
    response = api.get(f"{USERS}?{query}")

    if response.status_code != 200:
        assert demand_voice(response)["status"] in {400, 422}


def test_everything_wrong_with_a_question_is_told_at_once(api: Api) -> None:
    response = api.get(f"{USERS}?limit=0&sort=x&status=y&q=%00&more=1")

    demand_problem(response, 422, "invalid_input", "limit", "sort", "status", "q", "more")


HEADERS = {
    "HTTP_AUTHORIZATION": ["Bearer " + "a" * 1_000_000, "Bearer " + "\xff" * 100, "Bearer \0", "Bearer 0x" + "0" * 30],
    "HTTP_HOST": ["a b", "\xff", "x\0y", "a/b", "", "[", "a:b:c", "a" * 10_000, "evil.test\r\nX: 1"],
    "HTTP_ACCEPT": ["", "text/html", "\xff", "a" * 10_000, "*/*;q=nonsense"],
    "HTTP_X_REQUEST_ID": ["a\r\nX-Evil: 1", "a" * 10_000, "\xff", "\0"],
    "HTTP_IF_MATCH": ["\xff", '"' * 999, "a" * 10_000, '"\0"', ",,,,", "W/", '"1' * 5000],
    "HTTP_IF_NONE_MATCH": ["\xff", '"' * 999, "a" * 10_000, '"\0"', ",,,,", "W/"],
    "HTTP_IF_MODIFIED_SINCE": ["\xff", "nonsense", "Mon, 99 Foo 99999 99:99:99 GMT"],
    "HTTP_RANGE": ["bytes=0-0", "bytes=9999-", "nonsense"],
    "HTTP_COOKIE": ["roster=nonsense", "\xff=\xff", "a" * 10_000, ";;;==="],
    "HTTP_X_FORWARDED_FOR": ["\xff", "a" * 10_000],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE"],
    "CONTENT_LENGTH": ["abc", "-1", "1e3", "\xff"],
    "HTTP_CONTENT_ENCODING": ["gzip", "\xff"],
    "QUERY_STRING": ["\xff=\xff", "%", "a" * 100_000],
}


@pytest.mark.parametrize(("name", "values"), HEADERS.items(), ids=HEADERS)
def test_no_header_breaks_anything(api: Api, user: dict[str, Any], name: str, values: list[str]) -> None:
    for value in values:
        for method, path in [("GET", ""), ("GET", user["id"]), ("PATCH", user["id"])]:
            response = api.send(method, path, environ_overrides={name: value})

            assert response.status_code < 500, (name, value, response.text)
            assert not [header for header in response.headers if "evil" in str(header).lower()]
            if response.status_code >= 400:
                demand_voice(response)


@pytest.mark.parametrize("path", ["/%00", "/api/%00", f"{USERS}%00", "/api/v1/%ff", USERS + "/" * 500, "/api/\xff"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_no_address_breaks_anything(api: Api, path: str, method: str) -> None:
    response = api.send(method, path)

    assert response.status_code in {308, 404, 405}
    if path.startswith("/api/") and response.status_code != 308 and method != "HEAD":
        demand_voice(response)
