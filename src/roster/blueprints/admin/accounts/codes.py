"""Two-step sign-in: codes of an authenticator app (RFC 6238), turned on and off."""

import pyotp
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from roster import services
from roster.blueprints.admin import shown_once
from roster.blueprints.admin.forms import TextForm
from roster.blueprints.admin.guards import confirmed
from roster.blueprints.admin.visit import NOWHERE, now, visit
from roster.errors import WRONG_CODE
from roster.schemas.administrators import Codes

blueprint = Blueprint("codes", __name__, url_prefix="/account/codes")


class CodesForm(TextForm):
    """A new secret, as a picture and as text; it is kept only once the app has shown that it knows it."""

    FIELDS = ("secret", "code")
    TOLD = {WRONG_CODE: "code"}  # noqa: RUF012 - a constant of the class

    @property
    def picture(self) -> Markup:
        """What an app reads with its camera: an SVG without a style of its own."""
        import segno  # noqa: PLC0415 - a megabyte that hardly any process ever needs

        address = pyotp.TOTP(self.parts["secret"]).provisioning_uri(
            name=visit().administrator.email, issuer_name="Roster"
        )
        image = segno.make(address).svg_inline(omitsize=True, svgclass=None, lineclass=None, light="#fff")
        return Markup(image)  # noqa: S704 - segno made it, of squares alone

    @property
    def spelled(self) -> str:
        """The secret as people type it."""
        secret = self.parts["secret"]
        return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


@blueprint.get("")
@confirmed
def new() -> ResponseReturnValue:
    """Show a new secret."""
    return render_template("admin/account/codes.html", form=CodesForm({"secret": pyotp.random_base32()}))


@blueprint.post("")
@confirmed
def create() -> ResponseReturnValue:
    """Ask for codes from now on, and go to see the recovery codes, this once."""
    form, who = CodesForm(request.form), visit().administrator
    with form.refusals():
        sent = form.values(Codes())
        found = services.sign_ins.enable_codes(visit().actor(NOWHERE), who.id, sent["secret"], sent["code"], at=now())
        shown_once.keep("recovery", codes=found)
        return redirect(url_for("own.codes.recovery"), 303)
    if "secret" in form.errors:
        return redirect(url_for("own.codes.new"), 303)
    return render_template("admin/account/codes.html", form=form), 422


@blueprint.get("/recovery")
def recovery() -> ResponseReturnValue:
    """Show the recovery codes, this once."""
    return shown_once.show("recovery", "admin/account/recovery.html", url_for("own.account.show"))


@blueprint.post("/off")
@confirmed
def delete() -> ResponseReturnValue:
    """Ask for codes no more."""
    services.sign_ins.disable_codes(visit().actor(NOWHERE), visit().administrator.id, at=now())
    flash(_("Two-step sign-in is off."))
    return redirect(url_for("own.account.show"), 303)
