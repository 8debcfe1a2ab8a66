from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from flask import Flask

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


AT = datetime(2026, 3, 1, 23, 30, 5, tzinfo=timezone(timedelta(hours=-2)))


@pytest.mark.parametrize(
    ("language", "zone", "clock", "day"),
    [
        ("en", None, "2 Mar 2026, 01:30 UTC", "2 Mar 2026"),
        ("en", "America/New_York", "1 Mar 2026, 20:30", "1 Mar 2026"),
        ("de", "Europe/Berlin", "02.03.2026, 02:30", "02.03.2026"),
        ("fr", "../../etc/passwd", "2 Mar 2026, 01:30 UTC", "2 Mar 2026"),
    ],
)
def test_times_are_told_in_the_readers_language_and_zone(
    app: Flask, language: str, zone: str | None, clock: str, day: str
) -> None:
    headers = {"Accept-Language": language} | ({"Cookie": f"tz={zone}"} if zone else {})

    with app.test_request_context(headers=headers):
        assert display.clock(AT) == clock
        assert display.day(AT) == day


def test_the_exact_time_is_told_in_utc_whatever_the_zone(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "tz=Asia/Tokyo"}):
        assert display.utc(AT) == "2 Mar 2026, 01:30:05 UTC"
        assert display.utc_day(AT) == "2 Mar 2026"
        assert display.machine_time(AT) == "2026-03-02T01:30:05Z"


@pytest.mark.parametrize(
    ("away", "english", "german"),
    [
        (timedelta(minutes=-3), "3 minutes ago", "vor 3 Minuten"),
        (timedelta(days=5, hours=1), "in 5 days", "in 5 Tagen"),
    ],
)
def test_what_is_near_is_told_by_how_far_away_it_is(app: Flask, away: timedelta, english: str, german: str) -> None:
    for language, expected in (("en", english), ("de", german)):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert display.ago(datetime.now(UTC) + away) == expected


def test_what_is_far_is_told_by_its_day(app: Flask) -> None:
    with app.test_request_context():
        assert display.ago(AT - timedelta(days=365)) == "2 Mar 2025"


def test_counts_and_parts_are_written_as_the_language_writes_them(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert (display.thousands(1234567), display.percent(0.5)) == ("1.234.567", "50\N{NO-BREAK SPACE}%")
    with app.test_request_context():
        assert (display.thousands(1234567), display.percent(0.5)) == ("1,234,567", "50%")


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
