"""Who looks after a person: an administrator links a local account to an identity provider, or takes it back."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin.forms import TextForm
from roster.blueprints.admin.guards import for_writers
from roster.blueprints.admin.visit import now, room, visit
from roster.errors import EXTERNAL_ID_TAKEN, PROVIDER_NOT_FOUND
from roster.schemas.providers import Link

blueprint = room("links", __name__, "/users/<uuid:user_id>/link")


class LinkForm(TextForm):
    """Which provider, and what it calls the person."""

    FIELDS = ("provider", "external_id")
    TOLD = {EXTERNAL_ID_TAKEN: "external_id", PROVIDER_NOT_FOUND: "provider"}  # noqa: RUF012 - a constant of the class


@blueprint.get("", strict_slashes=False)
@for_writers
def new(user_id: UUID) -> ResponseReturnValue:
    """Show the form that links a person."""
    user = services.users.get(visit().organization.id, user_id)
    shown = {"provider": user.identity_provider_id and str(user.identity_provider_id), "external_id": user.external_id}
    return _page(user_id, LinkForm(shown))


@blueprint.post("")
def create(user_id: UUID) -> ResponseReturnValue:
    """Link a person to a provider."""
    form = LinkForm(request.form)
    with form.refusals():
        values = form.values(Link())
        link = services.provisioning.links.link_user
        link(visit().actor(), user_id, values["provider"], values["external_id"], at=now())
        return _done(user_id, _("Linked. From now on the provider looks after this account."))
    return _page(user_id, form), 422


@blueprint.post("/delete")
def delete(user_id: UUID) -> ResponseReturnValue:
    """Make a person a local account again."""
    services.provisioning.links.unlink_user(visit().actor(), user_id, at=now())
    return _done(user_id, _("Unlinked. This is a local account now."))


def _page(user_id: UUID, form: LinkForm) -> str:
    key = visit().organization.id
    user, providers = services.users.get(key, user_id), services.provisioning.providers.search(key)
    choices = [(str(one.id), one.name) for one in providers]
    return render_template("admin/providers/link.html", user=user, choices=choices, form=form)


def _done(user_id: UUID, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for("admin.users.show", user_id=user_id), 303)
