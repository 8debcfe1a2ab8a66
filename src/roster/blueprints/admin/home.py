"""The ways in: `/` and `/admin/`."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from roster.blueprints.admin.visit import visit

blueprint = Blueprint("home", __name__)


def root() -> ResponseReturnValue:
    """Go to the pages."""
    return redirect(url_for("admin.home.index"))


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Go to the first organization's people; say how to make one if there is none."""
    if not visit().places:
        return render_template("admin/no_organization.html")
    return redirect(url_for("admin.users.index", slug=visit().places[0].slug))
