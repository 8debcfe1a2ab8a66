"""The pages, for administrators."""

from flask import Flask


def register(app: Flask) -> None:
    """Open this door."""
