from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from roster.blueprints.admin import display
from roster.blueprints.admin.timeline import text_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", "AL"),
        ("Ada King Lovelace", "AL"),
        ("ada", "A"),
        ("Émile", "É"),
        ("Ẹ\u0301niọlá Adé", "Ẹ\u0301A"),
        ("박찬혁", "박"),
        ("ფიქრია ბერიძე", "ფ"),
        ("أيهم البيطار", "أ"),
        ("ปิยะดา จันทร์แก้ว", "ปิ"),
        ("(Bob) “Smith”", "B"),
        ("", "?"),
        ("—", "?"),
    ],
)
def test_initials_of_every_script(name: str, expected: str) -> None:
    assert display.initials(name) == expected


def test_times_are_told_in_utc() -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-2)))

    assert display.day(at) == "2 Mar 2026"
    assert display.clock(at) == "2 Mar 2026, 01:30 UTC"
    assert display.machine_time(at) == "2026-03-02T01:30:00Z"
    assert display.machine_time(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01T00:00:00Z"


def test_counts_are_readable() -> None:
    assert display.thousands(1234567) == "1\u202f234\u202f567"


def test_a_hue_stays_the_same() -> None:
    assert display.hue(UUID(int=25)) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ([], None),
        ({}, None),
        (0, "0"),
        (False, "no"),
        (True, "yes"),
        ("Ada", "Ada"),
        ([1, "a"], '[1,"a"]'),
        ({"a": None, "b": 2}, "a: empty, b: 2"),
        ([{"value": "a@b.c", "type": "work"}, {"value": "d@e.f", "type": None}], "a@b.c (work), d@e.f"),
    ],
)
def test_recorded_values_are_told_in_words(value: object, expected: str | None) -> None:
    assert text_of(value) == expected


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on an iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "A browser that does not say what it is"),
    ],
)
def test_a_browser_is_called_what_people_call_it(user_agent: str, shown: str) -> None:
    assert display.browser(user_agent) == shown
