"""The JSON API, for applications: `/api/v1`, described at `/api/v1/openapi.json` and `/api/docs`."""

from flask import Flask
from flask_wtf import CSRFProtect

from roster.blueprints.api import docs, users
from roster.blueprints.api.described import DescribedApi


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Open this door."""
    api = DescribedApi(app)
    csrf.exempt(users.blueprint)  # programs send a token by themselves; no browser does it for them
    api.register_blueprint(users.blueprint)
    docs.register(app, api)
