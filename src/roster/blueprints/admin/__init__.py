"""The pages, for administrators."""

from flask import Blueprint, Flask

from roster.blueprints.admin import display, home, sessions, sign_in, users, visit


def register(app: Flask) -> None:
    """Open this door: sign-in for everybody, all else for whoever has signed in."""
    sign_in.register(app)
    display.register(app)
    app.register_blueprint(sessions.blueprint)
    app.register_blueprint(_signed_in_pages())
    app.add_url_rule("/", endpoint="root", view_func=home.root)


def _signed_in_pages() -> Blueprint:
    pages = Blueprint("admin", __name__, url_prefix="/admin")
    pages.before_request(visit.begin)
    pages.context_processor(visit.context)
    pages.register_blueprint(home.blueprint)
    pages.register_blueprint(users.blueprint)
    return pages
