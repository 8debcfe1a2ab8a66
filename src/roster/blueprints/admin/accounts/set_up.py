"""The first page of all: whoever comes first becomes the owner, and nobody after them."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.forms import TextForm
from roster.blueprints.admin.visit import now
from roster.errors import SET_UP_DONE, AppException
from roster.schemas.administrators import SetUp

blueprint = Blueprint("set_up", __name__, url_prefix="/admin/set-up")


class SetUpForm(TextForm):
    """Who the first owner is."""

    FIELDS = ("email",)


@blueprint.get("")
def new() -> ResponseReturnValue:
    """Show the form, as long as there is nobody."""
    if services.administrators.any_exist():
        raise AppException(SET_UP_DONE)
    return render_template("admin/door/set_up.html", form=SetUpForm())


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Make the first owner, sign them in, and go on to the first organization."""
    form, password = SetUpForm(request.form), request.form.get("password", "")
    with form.refusals():
        values = form.values(SetUp(), password=password)
        services.administrators.set_up(**values, at=now())
        sign_in.begin(values["email"], password)
        return redirect(url_for("admin.organizations.new"), 303)
    return render_template("admin/door/set_up.html", form=form), 422
