"""The doors: HTTP in, HTTP out; no SQL, no rules."""

from flask import Flask
from flask_wtf import CSRFProtect

from roster.blueprints import admin, api, health, problem, scim
from roster.blueprints.every_request import headers, static_files


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Open every door of the application."""
    problem.register(app)
    headers.register(app)
    static_files.register(app)
    health.register(app)
    api.register(app, csrf)
    scim.register(app, csrf)
    admin.register(app)
