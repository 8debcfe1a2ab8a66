"""Which language pages speak, and in whose zone they tell the time."""

from flask import Flask, request
from flask_babel import Babel

LANGUAGES = ("en",)


def register(app: Flask) -> None:
    """Let pages speak the language that their reader asks for; `_` in a template marks what is spoken."""
    Babel(app, locale_selector=_language)


def _language() -> str:
    return request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
