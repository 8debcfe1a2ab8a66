"""The JSON API, for applications: `/api/v1`, described at `/api/v1/openapi.json` and `/api/docs`."""

from flask import Flask
from flask_wtf import CSRFProtect

from roster.blueprints.api import docs, events, files, groups, jobs, organizations, tokens, users
from roster.blueprints.api.described import DescribedApi


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Open this door."""
    api = DescribedApi(app)
    for resource in (users, files, jobs, groups, organizations, tokens, events):
        csrf.exempt(resource.blueprint)  # programs send a token by themselves; no browser does it for them
        api.register_blueprint(resource.blueprint)
    docs.register(app, api)
