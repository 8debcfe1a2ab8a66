"""The pages, for administrators."""

from flask import Blueprint, Flask

from roster.blueprints.admin import display, guards, home, sign_in, visit
from roster.blueprints.admin.accounts import (
    account,
    administrators,
    codes,
    confirmation,
    invitations,
    sessions,
    set_up,
)
from roster.blueprints.admin.comfort import palette, preferences, shortcuts
from roster.blueprints.admin.groups import bulk as group_bulk
from roster.blueprints.admin.groups import groups, members
from roster.blueprints.admin.imports import imports
from roster.blueprints.admin.operations import operations
from roster.blueprints.admin.organizations import bin_, events, organizations, settings, tokens
from roster.blueprints.admin.overview import overview
from roster.blueprints.admin.people import bulk, fields, memberships, merging, offboarding, users
from roster.blueprints.admin.providers import connect, links, providers, requests

STRANGERS = (sessions, set_up, invitations)
"""Rooms that are open to whoever comes."""
OWN = (account, codes, confirmation, preferences, shortcuts)
"""Rooms of one's own, in which auditors write, too."""
REST = (
    *(home, users, memberships, groups, members, events, tokens, bin_, settings, organizations, administrators),
    *(providers, connect, requests, links, overview, palette),
    *(bulk, group_bulk, operations, imports, fields, merging, offboarding),
)


def register(app: Flask) -> None:
    """Open this door: sign-in for everybody, all else for whoever has signed in."""
    sign_in.register(app)
    display.register(app)
    for room in STRANGERS:
        app.register_blueprint(room.blueprint)
    app.register_blueprint(_own_pages())
    app.register_blueprint(_pages())
    app.add_url_rule("/", endpoint="root", view_func=home.root)


def _own_pages() -> Blueprint:
    pages = Blueprint("own", __name__, url_prefix="/admin")
    pages.before_request(visit.begin)
    pages.context_processor(visit.context)
    for room in OWN:
        pages.register_blueprint(room.blueprint)
    return pages


def _pages() -> Blueprint:
    pages = Blueprint("admin", __name__, url_prefix="/admin")
    pages.before_request(visit.begin)
    pages.before_request(guards.demand_writer_to_write)
    pages.context_processor(visit.context)
    for room in REST:
        pages.register_blueprint(room.blueprint)
    return pages
