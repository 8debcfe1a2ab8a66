"""One's own account: the password, and the browsers that are signed in."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints import languages
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.guards import confirmed
from roster.blueprints.admin.visit import NOWHERE, now, visit
from roster.schemas.administrators import NewPassword

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show one's own account."""
    who = visit().administrator
    browsers = services.sign_ins.search(who.id, at=now())
    account = services.administrators.get(who.id)
    shown = {"account": account, "browsers": browsers, "languages": languages.LANGUAGES}
    return render_template("admin/account/show.html", **shown)


@blueprint.get("/password")
@confirmed
def edit_password() -> ResponseReturnValue:
    """Show the form for another password."""
    return render_template("admin/account/password.html", form=Form())


@blueprint.post("/password")
@confirmed
def update_password() -> ResponseReturnValue:
    """Change the password, and sign all other browsers out."""
    form, who = Form(), visit().administrator
    with form.refusals():
        password = NewPassword().load(request.form.to_dict())["password"]
        services.sign_ins.change_password(visit().actor(NOWHERE), who.id, password, who.secret, at=now())
        return _done(_("Password changed. All other browsers were signed out."))
    return render_template("admin/account/password.html", form=form), 422


@blueprint.post("/browsers/<uuid:session_id>/end")
def end(session_id: UUID) -> ResponseReturnValue:
    """Sign one of one's browsers out."""
    services.sign_ins.end(visit().administrator.id, session_id)
    return _done(_("Signed out there."))


@blueprint.post("/browsers/end-others")
def end_others() -> ResponseReturnValue:
    """Sign all of one's browsers out but this."""
    who = visit().administrator
    services.sign_ins.end_others(who.id, who.secret)
    return _done(_("Signed out everywhere else."))


def _done(message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for("own.account.show"), 303)
