"""Input that nobody thought of: hypothesis makes it up, the same in each run."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roster.errors import AppException
from roster.schemas.reader import read_json
from roster.schemas.users import SORTS
from tests.api import USERS, Api, demand_voice

BOUNDED = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

texts = st.text(st.characters(), max_size=30)  # surrogates, controls and noncharacters included
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
MEMBERS = ["user_name", "display_name", "given_name", "email", "active", "external_id"]
address = st.fixed_dictionaries(
    {"value": texts | st.just("a@b.test")}, optional={"primary": st.booleans() | values, "type": texts}
)
addresses = st.lists(address, max_size=3)
bodies = st.fixed_dictionaries(
    {"user_name": texts},
    optional={name: texts | values for name in MEMBERS[1:]} | {"emails": addresses | values, "attributes": values},
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "q": texts,
        "limit": st.integers().map(str) | texts,
        "sort": st.sampled_from([*SORTS, "-user_name"]) | texts,
        "status": st.sampled_from(["live", "deleted"]) | texts,
        "after": texts | st.binary(max_size=40).map(bytes.hex),
    },
)


def writable(query: dict[str, str]) -> dict[str, str]:
    return {name: value.encode(errors="replace").decode() for name, value in query.items()}


@given(body=bodies)
@BOUNDED
def test_any_body_is_taken_or_refused_and_never_an_accident(api: Api, user: dict[str, Any], body: Any) -> None:
    for response in (api.post(json=body), api.patch(user["id"], json=body)):
        if response.status_code not in {200, 201}:
            assert demand_voice(response)["status"] in {400, 409, 422}
            continue
        taken = response.get_json()
        assert api.get(taken["id"]).get_json() == taken
        assert api.patch(taken["id"], json={"attributes": taken["attributes"]}).get_json() == taken


@given(body=st.binary(max_size=60) | st.text(st.sampled_from('{}[]":,\\u0aeE+-.d8 \n'), max_size=40).map(str.encode))
@BOUNDED
def test_any_bytes_are_read_or_refused(api: Api, body: bytes) -> None:
    response = api.post(data=body, content_type="application/json")

    assert demand_voice(response)["status"] in {400, 422}


@given(value=values)
@BOUNDED
def test_what_the_reader_takes_is_what_was_written(value: Any) -> None:
    body = json.dumps(value).encode()

    try:
        read = read_json(body)
    except AppException:
        assert b"NaN" in body or b"Infinity" in body
    else:
        assert json.dumps(read) == json.dumps(value)


@given(query=queries)
@BOUNDED
def test_any_question_is_answered_or_refused(api: Api, user: dict[str, Any], query: dict[str, str]) -> None:
    response = api.get(query_string=writable(query))

    if response.status_code != 200:
        assert demand_voice(response)["status"] in {400, 422}


@given(path=st.text(st.characters(codec="utf-8"), max_size=30), method=st.sampled_from(["GET", "POST", "DELETE"]))
@BOUNDED
def test_any_address_has_an_answer(api: Api, path: str, method: str) -> None:
    response = api.client.open(path=f"{USERS}/{path}", method=method, headers={"Authorization": f"Bearer {api.token}"})

    assert response.status_code in {308, 404, 405, 200, 422}
    if response.status_code in {404, 405, 422}:
        demand_voice(response)


@pytest.mark.parametrize("name", ["q", "sort", "status", "after", "limit"])
@given(text=texts)
@BOUNDED
def test_no_text_in_a_question_reaches_the_database_unread(api: Api, name: str, text: str) -> None:
    response = api.get(query_string=writable({name: text}))

    assert response.status_code in {200, 400, 422}
