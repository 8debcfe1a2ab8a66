"""How pages show things: initials, the colour of an avatar, times, counts, JSON."""

import unicodedata
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

import orjson
from flask import Flask

BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "a Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
HUES = 12
"""How many colours the style sheet has for avatars."""


def register(app: Flask) -> None:
    """Let templates use these as filters."""
    for show in (initials, hue, day, clock, machine_time, thousands, as_json, browser):
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
    """Return the day in UTC, as `1 Mar 2026`."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y}"


def clock(at: datetime) -> str:
    """Return the time in UTC, as `1 Mar 2026, 12:00 UTC`."""
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"


def machine_time(at: datetime) -> str:
    """Return the time for `<time datetime>`, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def thousands(count: int) -> str:
    """Return the count with a narrow space between thousands."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def as_json(value: Any) -> str:
    """Return the value as JSON, in one line."""
    return orjson.dumps(value).decode()


def browser(user_agent: str) -> str:
    """Return what a person calls a browser, as `Firefox on Linux`; of an unusual one, what it says itself."""
    name = next((name for sign, name in BROWSERS.items() if sign in user_agent), None)
    system = next((system for sign, system in SYSTEMS.items() if sign in user_agent), None)
    return f"{name} on {system}" if name and system else user_agent or "A browser that does not say what it is"


def _letters(word: str) -> str:
    """The word without the signs before its first letter."""
    start = next((place for place, sign in enumerate(word) if sign.isalnum()), len(word))
    return word[start:]


def _first(word: str) -> str:
    """The first letter with the marks that belong to it."""
    marks = takewhile(lambda sign: unicodedata.category(sign).startswith("M"), word[1:])
    return word[0] + "".join(marks)
