"""The JSON API, for applications."""

from flask import Flask


def register(app: Flask) -> None:
    """Open this door."""
