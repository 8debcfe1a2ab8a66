"""The short way into a schema comes to the same as the long one."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from roster.schemas.fields.short_way import NOT_SO, ShortWay
from roster.schemas.fields.text import Text
from roster.schemas.users import UserChange, UserCreate, UserFields

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


def loaded(schema: UserFields, person: Any) -> Any:
    try:
        kept = schema.load(person)
    except ValidationError as error:
        return error.messages
    return list(kept.items())


@pytest.mark.parametrize("schema", [UserCreate(), UserChange()], ids=["create", "change"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(person=PERSON)
def test_whatever_is_sent_both_ways_keep_and_refuse_the_same(
    schema: UserFields, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = loaded(schema, person)

    with monkeypatch.context() as long_way:
        long_way.setattr(ShortWay, "as_it_is", lambda *_: NOT_SO)
        long_way.setattr(Text, "as_it_is", lambda *_: NOT_SO)
        assert loaded(schema, person) == short


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
