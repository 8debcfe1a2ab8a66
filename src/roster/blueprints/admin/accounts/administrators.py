"""Administrators: who they are, who is invited, what was done to them. For owners."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin import shown_once, timeline
from roster.blueprints.admin.forms import Form, TextForm
from roster.blueprints.admin.guards import confirmed, demand_owner
from roster.blueprints.admin.visit import NOWHERE, now, visit
from roster.errors import LAST_OWNER
from roster.schemas.administrators import Invite, Role

blueprint = Blueprint("administrators", __name__, url_prefix="/administrators")
blueprint.before_request(demand_owner)


class InviteForm(TextForm):
    """Whom to invite, as what, to which organization."""

    FIELDS = ("email", "role", "organization_id")


class RoleForm(Form):
    """A change that would leave nobody to look after administrators comes back."""

    TOLD = {LAST_OWNER: "role"}  # noqa: RUF012 - a constant of the class


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Show administrators, open invitations, and what was done to them."""
    home = visit().home
    return render_template(
        "admin/administrators/index.html",
        administrators=services.administrators.search(organization_id=home),
        invitations=services.administrators.invitations(at=now(), organization_id=home),
        timeline=timeline.of_administrators(services.administrators.history() if home is None else []),
        names=_names(),
    )


@blueprint.get("/invite")
@confirmed
def new() -> ResponseReturnValue:
    """Show the form to invite somebody."""
    return render_template("admin/administrators/invite.html", form=InviteForm({"role": "admin"}), names=_names())


@blueprint.post("/invite")
@confirmed
def create() -> ResponseReturnValue:
    """Invite somebody, and go to see the link, this once."""
    form = InviteForm(request.form)
    with form.refusals():
        values = form.values(Invite(), organization_id=form.parts["organization_id"] or None)
        secret = services.administrators.invite(visit().actor(NOWHERE), **_within(values), at=now())
        link = url_for("invitations.show", secret=secret, _external=True)
        shown_once.keep("invitation", link=link, email=values["email"])
        return redirect(url_for(".invited"), 303)
    return render_template("admin/administrators/invite.html", form=form, names=_names()), 422


@blueprint.get("/invited")
def invited() -> ResponseReturnValue:
    """Show an invitation's link, this once."""
    return shown_once.show("invitation", "admin/administrators/invited.html", url_for(".index"))


@blueprint.post("/invitations/<uuid:invitation_id>/withdraw")
@confirmed
def withdraw(invitation_id: UUID) -> ResponseReturnValue:
    """Take an invitation back."""
    services.administrators.withdraw(visit().actor(NOWHERE), invitation_id, at=now(), organization_id=visit().home)
    flash(_("Invitation withdrawn."))
    return redirect(url_for("admin.administrators.index"), 303)


@blueprint.get("/<uuid:administrator_id>")
@confirmed
def show(administrator_id: UUID) -> ResponseReturnValue:
    """Show one administrator, and what can be done to them."""
    return _page_of(administrator_id, RoleForm())


@blueprint.post("/<uuid:administrator_id>/role")
@confirmed
def change_role(administrator_id: UUID) -> ResponseReturnValue:
    """Give an administrator another role."""
    form = RoleForm()
    with form.refusals():
        role = Role().load(request.form.to_dict())["role"]
        services.administrators.change_role(
            visit().actor(NOWHERE), administrator_id, role, at=now(), organization_id=visit().home
        )
        return _done(_("Saved."))
    return _page_of(administrator_id, form), 422


@blueprint.post("/<uuid:administrator_id>/disable")
@confirmed
def disable(administrator_id: UUID) -> ResponseReturnValue:
    """Let an administrator no longer sign in, and sign them out everywhere."""
    form = RoleForm()
    with form.refusals():
        services.administrators.disable(
            visit().actor(NOWHERE), administrator_id, at=now(), organization_id=visit().home
        )
        return _done(_("Disabled, and signed out everywhere."))
    return _page_of(administrator_id, form), 422


@blueprint.post("/<uuid:administrator_id>/enable")
@confirmed
def enable(administrator_id: UUID) -> ResponseReturnValue:
    """Let an administrator sign in again."""
    services.administrators.enable(visit().actor(NOWHERE), administrator_id, at=now(), organization_id=visit().home)
    return _done(_("May sign in again."))


def _within(values: dict[str, Any]) -> dict[str, Any]:
    """The values, where they name an organization that the owner looks after; theirs, where they have but one.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    wanted = visit().home or values["organization_id"]
    if wanted is not None:
        services.organizations.get(wanted)
    return values | {"organization_id": wanted}


def _page_of(administrator_id: UUID, form: RoleForm) -> str:
    administrator = services.administrators.get(administrator_id, organization_id=visit().home)
    return render_template("admin/administrators/show.html", one=administrator, form=form, names=_names())


def _names() -> dict[UUID, str]:
    """The names of the organizations that the owner looks after."""
    found = services.organizations.search() if visit().home is None else visit().places
    return {one.id: one.name for one in found}


def _done(message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for("admin.administrators.index"), 303)
