"""Where an invitation's link leads: choose a password, and come in."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.visit import now
from roster.errors import ADMINISTRATOR_EMAIL_TAKEN
from roster.schemas.administrators import NewPassword

blueprint = Blueprint("invitations", __name__, url_prefix="/admin/invitations/<string(length=43):secret>")


class AcceptForm(Form):
    """The password of somebody new."""

    TOLD = {ADMINISTRATOR_EMAIL_TAKEN: ""}  # noqa: RUF012 - a constant of the class


@blueprint.get("")
def show(secret: str) -> ResponseReturnValue:
    """Show who is invited to what."""
    return _page(secret, AcceptForm())


@blueprint.post("")
def accept(secret: str) -> ResponseReturnValue:
    """Make an administrator of whoever was invited, and sign them in."""
    form, password = AcceptForm(), request.form.get("password", "")
    with form.refusals():
        values = NewPassword().load({"password": password})
        sign_in.begin(services.administrators.accept(secret, **values, at=now()).email, password)
        return redirect(url_for("root"), 303)
    return _page(secret, form), 422


def _page(secret: str, form: AcceptForm) -> str:
    invitation = services.administrators.invitation(secret, at=now())
    home = invitation.organization_id
    place = services.organizations.get(home).name if home else None
    return render_template("admin/door/invitation.html", invitation=invitation, place=place, form=form)
