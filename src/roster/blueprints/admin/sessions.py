"""The pages to sign in and out."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, Schema, fields, validate

from roster.blueprints.admin import sign_in
from roster.blueprints.admin.forms import Form
from roster.errors import WRONG_SIGN_IN
from roster.schemas.text import Text

blueprint = Blueprint("sessions", __name__, url_prefix="/admin")


class SignIn(Schema):
    """What it takes to sign in."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = EXCLUDE

    email = Text(longest=320, required=True)
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class SignInForm(Form):
    """Keeps the address that was typed, never the password."""

    TOLD = {WRONG_SIGN_IN: ""}  # noqa: RUF012 - a constant of the class

    def __init__(self, sent: Any = None) -> None:
        super().__init__()
        self.sent: dict[str, str] = dict(sent or {})
        self.email = self.sent.get("email", "")
        self.next = sign_in.safe(request.values.get("next")) or ""


@blueprint.get("/login")
def new() -> ResponseReturnValue:
    """Show the form; whoever has signed in already needs none."""
    form = SignInForm()
    if sign_in.current() is not None:
        return redirect(form.next or url_for("root"))
    return render_template("admin/login.html", form=form)


@blueprint.post("/login")
def create() -> ResponseReturnValue:
    """Sign in, and go on to where one was heading."""
    form = SignInForm(request.form.to_dict())
    with form.refusals():
        sign_in.begin(**SignIn().load(form.sent))
        return redirect(form.next or url_for("root"), 303)
    return render_template("admin/login.html", form=form), 422


@blueprint.post("/logout")
def delete() -> ResponseReturnValue:
    """Sign out."""
    sign_in.end()
    return redirect(url_for("sessions.new"), 303)
