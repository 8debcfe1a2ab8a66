"""The pages to sign in and out."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.forms import Form
from roster.errors import CODE_NEEDED, LOCKED_OUT, WRONG_CODE, WRONG_SIGN_IN
from roster.schemas.administrators import SignIn

blueprint = Blueprint("sessions", __name__, url_prefix="/admin")


class SignInForm(Form):
    """Keeps the address that was typed, never the password. Asks for a code where one is needed."""

    TOLD = {  # noqa: RUF012 - a constant of the class
        WRONG_SIGN_IN: "",
        LOCKED_OUT: "",
        CODE_NEEDED: "needed",
        WRONG_CODE: "code",
    }

    def __init__(self, sent: Any = None) -> None:
        super().__init__()
        self.sent: dict[str, str] = dict(sent or {})
        self.email = self.sent.get("email", "")
        self.next = sign_in.safe(request.values.get("next")) or ""

    @property
    def wants_code(self) -> bool:
        """Whether it is the second step."""
        return "code" in self.sent or "needed" in self.errors


@blueprint.get("/login")
def new() -> ResponseReturnValue:
    """Show the form; whoever has signed in already needs none, and whoever comes first makes themselves known."""
    form = SignInForm()
    if sign_in.current() is not None:
        return redirect(form.next or url_for("root"))
    if not services.administrators.any_exist():
        return redirect(url_for("set_up.new"))
    return render_template("admin/door/login.html", form=form)


@blueprint.post("/login")
def create() -> ResponseReturnValue:
    """Sign in, and go on to where one was heading."""
    form = SignInForm(request.form.to_dict())
    with form.refusals():
        sign_in.begin(**SignIn().load(form.sent))
        return redirect(form.next or url_for("root"), 303)
    return render_template("admin/door/login.html", form=form), 422


@blueprint.post("/logout")
def delete() -> ResponseReturnValue:
    """Sign out."""
    sign_in.end()
    return redirect(url_for("sessions.new"), 303)
