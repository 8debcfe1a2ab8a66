"""An organization's settings, and its end."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import fields, validate

from roster import services
from roster.blueprints.admin import timeline
from roster.blueprints.admin.forms import Form, TextForm, version_of
from roster.blueprints.admin.guards import confirmed, for_everywhere, for_writers
from roster.blueprints.admin.visit import now, room, visit
from roster.errors import ORGANIZATION_SLUG_TAKEN, STALE_VERSION
from roster.schemas.organizations import OrganizationChange

blueprint = room("settings", __name__, "/settings")


class Settings(OrganizationChange):
    """An organization's settings, as a form says them: numbers are text."""

    purge_days = fields.Integer(required=True, validate=validate.Range(1, 3650))


class SettingsForm(TextForm):
    """What an organization is called, and how long what was deleted stays."""

    FIELDS = ("name", "slug", "purge_days", "purge_keeps")
    TOLD = {  # noqa: RUF012 - a constant of the class
        ORGANIZATION_SLUG_TAKEN: "slug",
        STALE_VERSION: "late",
    }


class DeleteForm(Form):
    """Asks for the slug, so that nobody deletes what they did not mean."""


@blueprint.get("", strict_slashes=False)
def show() -> ResponseReturnValue:
    """Show the settings."""
    return _page()


@blueprint.post("")
def update() -> ResponseReturnValue:
    """Change the settings."""
    form, version = SettingsForm(request.form), version_of(request.form.get("version", ""))
    with form.refusals():
        organization = services.organizations.change(
            visit().actor(), form.values(Settings()), at=now(), expected_version=version
        )
        return _done(organization.slug, _("Saved."))
    return _page(form), 422


@blueprint.post("/suspend")
@for_everywhere
def suspend() -> ResponseReturnValue:
    """Suspend the organization: its tokens open nothing."""
    return _done(
        services.organizations.suspend(visit().actor(), at=now()).slug, _("Suspended. Its tokens open nothing.")
    )


@blueprint.post("/activate")
@for_everywhere
def activate() -> ResponseReturnValue:
    """End the suspension."""
    return _done(services.organizations.activate(visit().actor(), at=now()).slug, _("Active again."))


@blueprint.get("/delete")
@for_writers
@for_everywhere
@confirmed
def ask() -> ResponseReturnValue:
    """Show what deleting would mean."""
    return _question(DeleteForm())


@blueprint.post("/delete")
@for_everywhere
@confirmed
def delete() -> ResponseReturnValue:
    """Delete the organization, once its slug was typed."""
    form = DeleteForm()
    if request.form.get("slug", "").strip() != visit().organization.slug:
        form.errors["slug"] = [_("That is not its slug, so nothing was deleted.")]
        return _question(form), 422
    gone = services.organizations.remove(visit().actor(), at=now())
    flash(_("%(name)s was deleted. It can be restored here.", name=gone.name))
    return redirect(url_for("admin.organizations.index"), 303)


def _page(form: SettingsForm | None = None) -> str:
    key = visit().organization.id
    organization = services.organizations.get(key)
    shown = form or SettingsForm({name: getattr(organization, name) for name in SettingsForm.FIELDS})
    entries = timeline.of(services.events.of_subject(key, key))
    return render_template("admin/organizations/settings.html", one=organization, form=shown, timeline=entries)


def _question(form: DeleteForm) -> str:
    key = visit().organization.id
    counts = services.users.count(key), services.groups.count(key)
    one = services.organizations.get(key)
    return render_template("admin/organizations/delete.html", one=one, counts=counts, form=form)


def _done(slug: str, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for(".show", slug=slug), 303)
