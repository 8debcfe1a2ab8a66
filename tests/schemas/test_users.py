"""Users on the wire, where the API's tests do not look."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from marshmallow import ValidationError

from roster.schemas.fields.moment import Moment
from roster.schemas.users import UserChange, UserCreate, UserQuery, UserRestore, primary_of


def test_the_first_address_is_primary_where_none_is() -> None:
    loaded = UserCreate().load({"user_name": "ada", "emails": [{"value": "a@b"}, {"value": "c@d"}]})

    assert [email["primary"] for email in loaded["emails"]] == [True, False]


def test_both_ways_to_say_the_address_may_be_used_where_they_agree() -> None:
    emails = [{"value": "a@b"}, {"value": "c@d", "primary": True}]

    loaded = UserChange().load({"email": "c@d", "emails": emails})

    assert "email" not in loaded
    assert UserChange().load({"email": None, "emails": []}) == {"email": None, "emails": []}


def test_primary_of_none_is_none() -> None:
    assert primary_of([]) is None


def test_a_restored_user_keeps_their_name_unless_another_is_given() -> None:
    assert UserRestore().load({}) == UserRestore().load({"user_name": None}) == {"user_name": None}


def test_a_list_has_its_habits() -> None:
    assert UserQuery().load({}) == {"q": "", "status": "live", "sort": "created_at", "after": None, "limit": 50}


@pytest.mark.parametrize("limit", ["1", "200", 7])
def test_a_limit_is_a_number_of_rows(limit: object) -> None:
    assert UserQuery().load({"limit": limit})["limit"] == int(str(limit))
    with pytest.raises(ValidationError):
        UserQuery().load({"limit": "201"})


def test_moments_are_utc_whatever_zone_the_database_answers_in() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))

    class Row:
        at = datetime(2026, 3, 1, 17, 45, 0, 5, kathmandu)
        nothing = None

    assert Moment().serialize("at", Row()) == "2026-03-01T12:00:00.000005Z"
    assert Moment().serialize("nothing", Row()) is None
    assert Moment().serialize("at", {"at": datetime(2026, 3, 1, tzinfo=UTC)}) == "2026-03-01T00:00:00Z"
