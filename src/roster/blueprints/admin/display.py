"""How pages show things: initials, the colour of an avatar, times, counts, JSON."""

import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

import orjson
from babel import dates
from flask import Flask
from flask_babel import (
    format_date,
    format_decimal,
    format_percent,
    format_time,
    format_timedelta,
    get_locale,
    get_timezone,
    lazy_gettext,
)
from flask_babel import gettext as _

from roster.services.users import MOST_COUNTED

BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": lazy_gettext("an iPhone"),
    "iPad": lazy_gettext("an iPad"),
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": lazy_gettext("a Mac"),
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
NEAR = timedelta(days=7)
"""As long as a time is told by how far away it is."""
HUES = 12
"""How many colours the style sheet has for avatars."""


def register(app: Flask) -> None:
    """Let templates use these as filters."""
    times, numbers = (day, utc_day, clock, utc, ago, machine_time), (thousands, counted, percent)
    for show in (initials, hue, *times, *numbers, as_json, browser):
        app.add_template_filter(show)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word; of scripts without capitals, the first alone."""
    words = [word for word in map(_letters, name.split()) if word]
    ends = words[:1] if not name[:1].isupper() else words[:1] + words[1:][-1:]
    return "".join(_first(word).title() for word in ends) or "?"


def hue(key: UUID) -> int:
    """Return the number of a colour that stays the same for the same key."""
    return key.int % HUES


def day(at: datetime) -> str:
    """Return the day in the reader's zone and language, as `1 Mar 2026`."""
    return str(format_date(at))


def utc_day(at: datetime) -> str:
    """Return the day in UTC: of what is counted by such days, whoever reads it."""
    return dates.format_date(at.astimezone(UTC), locale=get_locale())


def clock(at: datetime) -> str:
    """Return the time in the reader's zone and language, as `1 Mar 2026, 12:00`; that it is UTC, if it is."""
    told = f"{format_date(at)}, {format_time(at, 'short')}"
    return f"{told} UTC" if str(get_timezone()) == "UTC" else told


def utc(at: datetime) -> str:
    """Return the exact time in UTC, in the reader's language, as `1 Mar 2026, 12:00:05 UTC`."""
    at = at.astimezone(UTC)
    return f"{utc_day(at)}, {dates.format_time(at, 'medium', locale=get_locale())} UTC"


def ago(at: datetime) -> str:
    """Return how long ago that was, or how soon it will be, as `3 minutes ago`; the day where it is far away."""
    away = at - datetime.now(UTC)
    return str(format_timedelta(away, add_direction=True)) if abs(away) < NEAR else day(at)


def machine_time(at: datetime) -> str:
    """Return the time for `<time datetime>`, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def thousands(count: int) -> str:
    """Return the count as the reader's language writes it, as `1,240`."""
    return str(format_decimal(count))


def counted(count: int) -> str:
    """Return the count of a list, as `1,240`; where there are more than are counted, as `10,000+`."""
    return thousands(count) if count <= MOST_COUNTED else f"{thousands(MOST_COUNTED)}+"


def percent(part: float) -> str:
    """Return a part of a whole in hundredths, as the reader's language writes it."""
    return str(format_percent(part))


def as_json(value: Any) -> str:
    """Return the value as JSON, in one line."""
    return orjson.dumps(value).decode()


def browser(user_agent: str) -> str:
    """Return what a person calls a browser, as `Firefox on Linux`; of an unusual one, what it says itself."""
    name = next((name for sign, name in BROWSERS.items() if sign in user_agent), None)
    system = next((system for sign, system in SYSTEMS.items() if sign in user_agent), None)
    if name and system:
        return str(_("%(browser)s on %(system)s", browser=name, system=system))
    return user_agent or str(_("A browser that does not say what it is"))


def _letters(word: str) -> str:
    """The word without the signs before its first letter."""
    start = next((place for place, sign in enumerate(word) if sign.isalnum()), len(word))
    return word[start:]


def _first(word: str) -> str:
    """The first letter with the marks that belong to it."""
    marks = takewhile(lambda sign: unicodedata.category(sign).startswith("M"), word[1:])
    return word[0] + "".join(marks)
