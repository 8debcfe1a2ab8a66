"""The page that asks again who it is, before a dangerous act."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.visit import now, visit
from roster.errors import CODE_NEEDED, LOCKED_OUT, WRONG_CODE, WRONG_SIGN_IN
from roster.schemas.administrators import Proof

blueprint = Blueprint("confirmation", __name__, url_prefix="/confirm")


class ConfirmForm(Form):
    """The password again, and a code where the administrator has one."""

    TOLD = {  # noqa: RUF012 - a constant of the class
        WRONG_SIGN_IN: "password",
        LOCKED_OUT: "password",
        CODE_NEEDED: "code",
        WRONG_CODE: "code",
    }

    def __init__(self) -> None:
        super().__init__()
        self.next = sign_in.safe(request.values.get("next")) or url_for("root")
        self.wants_code = services.administrators.get(visit().administrator.id).totp_secret is not None


@blueprint.get("")
def new() -> ResponseReturnValue:
    """Show the form."""
    return render_template("admin/account/confirm.html", form=ConfirmForm())


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Check, and go on to what was to be done."""
    form, who = ConfirmForm(), visit().administrator
    sign_in.demand_patience()
    with form.refusals():
        services.sign_ins.confirm(who.id, who.secret, at=now(), **Proof().load(request.form.to_dict()))
        return redirect(form.next, 303)
    return render_template("admin/account/confirm.html", form=form), 422
