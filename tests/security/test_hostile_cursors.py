"""Cursors that no list made."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from roster.schemas.users import SORTS
from tests.api import Api, demand_problem

pytestmark = pytest.mark.usefixtures("untouched")


def cursor(*content: Any) -> str:
    return encoded(json.dumps(content).encode())


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


ID = str(uuid4())
MOMENT = "2026-03-01T12:00:00+00:00"
BAD_CURSORS = [
    *("", "a", "AA", "====", "!!!!", "é", "%00", " ", "null", "e30", "W10", "bnVsbA", "\U0001f4a9", "." * 4000),
    encoded(b"\xff" * 30),
    encoded(b"[" * 2000),
    encoded(b'["created_at", false, "\\ud800", "%s"]' % ID.encode()),
    cursor(),
    cursor("created_at", False, MOMENT),
    cursor("created_at", False, MOMENT, ID, 1),
    cursor({"created_at": 1}, False, MOMENT, ID),
    cursor("created_at", True, MOMENT, ID),
    cursor("user_name", False, "ada", ID),
]
BAD_VALUES = [None, 1, 1.5, True, [], ["a"], {}, {"a": 1}, "a\0b"]
BAD_MOMENTS = ["", "now", "today", "infinity", "2026-03-01", "2026-03-01T12:00:00", "9" * 500, "2026-13-01T00:00:00Z"]
FAR_MOMENTS = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59"]
ODD_MOMENTS = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00+00:00:30.5", "20260101T000000Z"]
BAD_KEYS = [None, 1, "", "ada", [], {}, True, "0" * 31, "0" * 33, "a\0b"]


@pytest.mark.parametrize("bad", BAD_CURSORS, ids=lambda bad: bad[:30])
def test_a_cursor_that_this_list_did_not_make_is_refused(api: Api, bad: str) -> None:
    demand_problem(api.get(query_string={"after": bad}), 400, "invalid_cursor")


@pytest.mark.parametrize("sort", SORTS)
def test_a_cursor_whose_value_no_row_can_have_is_refused(api: Api, sort: str) -> None:
    of_time = [*BAD_MOMENTS, *FAR_MOMENTS] if sort.endswith("_at") else []

    for value in [*BAD_VALUES, *of_time]:
        response = api.get(query_string={"sort": sort, "after": cursor(sort, False, value, ID)})
        demand_problem(response, 400, "invalid_cursor")
    for key in BAD_KEYS:
        response = api.get(query_string={"sort": sort, "after": cursor(sort, False, MOMENT, key)})
        demand_problem(response, 400, "invalid_cursor")


@pytest.mark.parametrize("moment", ODD_MOMENTS)
def test_a_cursor_of_any_time_is_a_place(api: Api, moment: str) -> None:
    assert api.get(query_string={"after": cursor("created_at", False, moment, ID)}).status_code == 200
