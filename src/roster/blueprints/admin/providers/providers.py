"""Identity providers: the list, one with its health and its switches."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin import timeline
from roster.blueprints.admin.forms import TextForm
from roster.blueprints.admin.providers.chart import chart
from roster.blueprints.admin.visit import now, room, visit
from roster.errors import PROVIDER_NAME_TAKEN
from roster.models import IdentityProvider
from roster.models.identity_provider import OPTIONS
from roster.schemas.providers import ProviderChange
from roster.services.provisioning.requests import Search

blueprint = room("providers", __name__, "/providers")

SHOWN = 5
"""Failures that a provider's own page shows."""
SWITCHES = ("enabled", "strict", "revive_deleted")


class ProviderForm(TextForm):
    """What a provider is called, speaks and may do."""

    FIELDS = ("name", "dialect", *OPTIONS, "enabled")
    TOLD = {PROVIDER_NAME_TAKEN: "name"}  # noqa: RUF012 - a constant of the class

    @classmethod
    def showing(cls, provider: IdentityProvider) -> "ProviderForm":
        """Return the form that shows how a provider is set."""
        options = {name: provider.option(name) for name in OPTIONS}
        return cls({"name": provider.name, "dialect": provider.dialect, "enabled": provider.enabled} | options)


@blueprint.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show the organization's providers, and how each is doing."""
    key = visit().organization.id
    found = services.provisioning.providers.search(key)
    health = services.provisioning.health.of_all(key, at=now())
    return render_template("admin/providers/index.html", providers=found, health=health, now=now())


@blueprint.get("/<uuid:provider_id>")
def show(provider_id: UUID) -> ResponseReturnValue:
    """Show one provider."""
    return _page(provider_id)


@blueprint.post("/<uuid:provider_id>")
def update(provider_id: UUID) -> ResponseReturnValue:
    """Change what a provider is called, speaks and may do."""
    form = ProviderForm(request.form)
    with form.refusals():
        values = form.values(ProviderChange(), **{name: name in request.form for name in SWITCHES})
        services.provisioning.providers.change(visit().actor(), provider_id, values, at=now())
        flash(_("Saved."))
        return redirect(url_for(".show", provider_id=provider_id), 303)
    return _page(provider_id, form), 422


def _page(provider_id: UUID, form: ProviderForm | None = None) -> str:
    key, at = visit().organization.id, now()
    provider = services.provisioning.providers.get(key, provider_id)
    hours, days = services.provisioning.health.activity(key, provider_id, at=at)
    return render_template(
        "admin/providers/show.html",
        provider=provider,
        form=form or ProviderForm.showing(provider),
        health=services.provisioning.health.of_one(key, provider_id, at=at),
        hours=chart(hours),
        days=chart(days),
        tokens=services.provisioning.providers.tokens(key, provider_id),
        failures=services.provisioning.requests.search(key, provider_id, Search(failed=True), limit=SHOWN),
        timeline=timeline.of(services.events.of_subject(key, provider_id)),
        now=at,
    )
