"""SCIM 2.0, for identity providers: `/scim/v2` (RFC 7643, RFC 7644, RFC 9865)."""

from flask import Flask
from flask_wtf import CSRFProtect

from roster.blueprints.scim import bulk, discovery, groups, log, root, users
from roster.blueprints.scim.views import blueprint_of


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Open this door."""
    for blueprint in (discovery.blueprint, root.blueprint, bulk.blueprint, blueprint_of(users), blueprint_of(groups)):
        csrf.exempt(blueprint)  # providers send a token by themselves; no browser does it for them
        app.register_blueprint(blueprint)
    log.register(app)
