"""Which language pages speak, and in whose zone they tell the time."""

import pytz
from flask import Flask, g, request
from flask_babel import Babel, get_locale, refresh

from roster.services.preferences import Preferences

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""What pages speak, each called what its speakers call it; the first where a reader asks for no other."""
FORMATS = {"en": "en_GB", "de": "de"}
"""How each writes days and numbers (CLDR): of English, the way that nobody reads the wrong way round."""
ZONE_COOKIE = "tz"
"""Where the browser says what its zone is."""


def register(app: Flask) -> None:
    """Let pages speak the language that their reader asks for; `_` in a template marks what is spoken."""
    Babel(app, locale_selector=_format, timezone_selector=_zone)
    app.add_template_global(language)
    app.jinja_env.policies["ext.i18n.trimmed"] = True


def follow(preferences: Preferences) -> None:
    """Speak as this reader prefers, from now on in this request."""
    g.preferences = preferences
    refresh()


def language() -> str:
    """Return the code of the language that this page speaks, as `<html lang>` has it."""
    return str(get_locale().language)


def _format() -> str:
    liked = _preferences().language
    return FORMATS[liked if liked in LANGUAGES else _asked()]


def _asked() -> str:
    """The language that the browser asks for first of those there are; who asks for Austria's is given German."""
    wanted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality)
    return next((code for code in wanted if code in LANGUAGES), next(iter(LANGUAGES)))


def _zone() -> str | None:
    name = _preferences().timezone or request.cookies.get(ZONE_COOKIE, "")
    return name if name in pytz.all_timezones_set else None


def _preferences() -> Preferences:
    return g.get("preferences") or Preferences()
