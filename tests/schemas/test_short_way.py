"""The short way into a schema comes to the same as the long one."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from roster.schemas.fields.short_way import NOT_SO, ShortWay
from roster.schemas.fields.text import Text
from roster.schemas.users import UserChange, UserCreate, UserFilterQuery

TEXTS = st.one_of(
    st.sampled_from(["Ada", "", " Ada ", "é", "e\u0301", "a\nb", "\0", "x" * 256, "a@b", "a@b ", "@", "A@B"]),
    st.sampled_from([None, 1, True, [], {}]),
)
EMAIL = st.fixed_dictionaries(
    {},
    optional={
        "value": TEXTS,
        "type": TEXTS,
        "display": TEXTS,
        "primary": st.sampled_from([True, False, 1, None]),
        "odd": TEXTS,
    },
)
PERSON: Any = st.fixed_dictionaries(
    {},
    optional={
        "user_name": TEXTS,
        "display_name": TEXTS,
        "email": TEXTS,
        "emails": st.one_of(st.lists(EMAIL, max_size=3), st.none(), st.just([{"value": "a@b"}] * 51)),
        "active": st.sampled_from([True, False, 0, "true", None]),
        "attributes": st.one_of(st.dictionaries(st.text(max_size=3), TEXTS, max_size=3), TEXTS),
        "odd": TEXTS,
    },
)


QUERY: Any = st.fixed_dictionaries(
    {},
    optional={
        "q": TEXTS,
        "status": st.sampled_from(["live", "deleted", "odd", 1]),
        "sort": st.sampled_from(["-created_at", "user_name", "odd"]),
        "after": st.one_of(st.just("x" * 4001), TEXTS),
        "limit": st.sampled_from(["1", "200", "0", "201", "one", 5, 5.5]),
        "filter": TEXTS,
        "odd": TEXTS,
    },
)


def loaded(schema: ShortWay, sent: Any) -> Any:
    try:
        kept = schema.load(sent)
    except ValidationError as error:
        return error.messages
    return list(kept.items())


@pytest.mark.parametrize(
    ("schema", "data"),
    [(UserCreate(), PERSON), (UserChange(), PERSON), (UserFilterQuery(), QUERY)],
    ids=["create", "change", "query"],
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=st.data())
def test_whatever_is_sent_both_ways_keep_and_refuse_the_same(
    schema: ShortWay, data: Any, source: st.DataObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = source.draw(data)

    short = loaded(schema, sent)

    with monkeypatch.context() as long_way:
        long_way.setattr(ShortWay, "as_it_is", lambda *_: NOT_SO)
        long_way.setattr(Text, "as_it_is", lambda *_: NOT_SO)
        assert loaded(schema, sent) == short


def test_what_is_good_as_it_stands_takes_the_short_way() -> None:
    person = {"user_name": "ada", "title": None, "emails": [{"value": "a@b", "primary": True}], "attributes": {"a": 1}}

    assert UserCreate().as_it_is(person) == {
        "title": None,
        "emails": [{"value": "a@b", "type": None, "primary": True}],
        "attributes": {"a": 1},
        "user_name": "ada",
    }


@pytest.mark.parametrize(
    "person", [{"user_name": " ada"}, {"user_name": "ada", "odd": 1}, {}, {"user_name": "ada", "email": "@"}, []]
)
def test_what_has_to_be_looked_at_takes_the_long_way(person: Any) -> None:
    assert UserCreate().as_it_is(person) is NOT_SO
