"""How pages show things: initials, the colour of an avatar, times, counts."""

import unicodedata
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask

HUES = 12
"""How many colours the style sheet has for avatars."""


def register(app: Flask) -> None:
    """Let templates use these as filters."""
    for show in (initials, hue, day, clock, machine_time, thousands):
        app.add_template_filter(show)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word, marks on them included; of one word, its first."""
    words = [word for word in (_letters(word) for word in name.split()) if word]
    ends = words[:1] + words[1:][-1:]
    return "".join(_first(word) for word in ends).upper() or "?"


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


def _letters(word: str) -> str:
    return word.lstrip("".join({c for c in word if not c.isalnum() and not unicodedata.combining(c)}))


def _first(word: str) -> str:
    """The first letter with the marks that belong to it."""
    end = next((n for n, c in enumerate(word[1:], 1) if not unicodedata.category(c).startswith("M")), len(word))
    return word[:end]
