"""Connecting an identity provider: name and dialect, then the address and token to paste, then its first request."""

from datetime import timedelta
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin.forms import TextForm
from roster.blueprints.admin.guards import confirmed, for_writers
from roster.blueprints.admin.visit import now, room, visit
from roster.errors import PROVIDER_NAME_TAKEN
from roster.models import IdentityProvider
from roster.models.identity_provider import DIALECTS
from roster.schemas.providers import ProviderCreate
from roster.services.provisioning.requests import Search

blueprint = room("connections", __name__, "/providers")

TOKEN_LASTS = timedelta(days=365)
USUAL_NAMES = {"okta": "Okta", "entra": "Entra ID", "standard": "Identity provider"}
"""What a provider is called where nobody says so."""


class ConnectForm(TextForm):
    """Who is to be connected."""

    FIELDS = ("name", "dialect")
    TOLD = {PROVIDER_NAME_TAKEN: "name"}  # noqa: RUF012 - a constant of the class


@blueprint.get("/new")
@for_writers
@confirmed
def new() -> ResponseReturnValue:
    """Show the form for a new provider; an address may say which dialect it speaks."""
    dialect = request.args.get("dialect", "")
    return _form(ConnectForm({"dialect": dialect if dialect in DIALECTS else DIALECTS[0]}))


@blueprint.post("/new")
@confirmed
def create() -> ResponseReturnValue:
    """Create a provider, and show what has to be pasted into it, this once."""
    form = ConnectForm(request.form)
    with form.refusals():
        usual = USUAL_NAMES.get(form.parts["dialect"], "")
        values = form.values(ProviderCreate(), name=form.parts["name"].strip() or usual)
        made = services.provisioning.providers.create(visit().actor(), **values, at=now())
        return _page(made, _issued(made.name))
    return _form(form), 422


@blueprint.get("/<uuid:provider_id>/connect")
def show(provider_id: UUID) -> ResponseReturnValue:
    """Show the steps again, without the token, and whether the first request has come."""
    return _page(services.provisioning.providers.get(visit().organization.id, provider_id))


@blueprint.post("/<uuid:provider_id>/token")
@confirmed
def issue(provider_id: UUID) -> ResponseReturnValue:
    """Issue one more token, and show it among the steps, this once."""
    provider = services.provisioning.providers.get(visit().organization.id, provider_id)
    return _page(provider, _issued(provider.name))


def _issued(name: str) -> str:
    at = now()
    options = {"kind": "scim", "scopes": [], "name": name, "provider": name}
    return services.tokens.issue(visit().actor(), **options, at=at, expires_at=at + TOKEN_LASTS)  # type: ignore[arg-type] # each has its own type


def _form(form: ConnectForm) -> str:
    return render_template("admin/providers/new.html", form=form)


def _page(provider: IdentityProvider, token: str | None = None) -> str:
    key, provider_id = provider.organization_id, provider.id
    newest = services.provisioning.requests.search(key, provider_id, Search(), limit=1)
    return render_template(
        "admin/providers/connect.html",
        provider=services.provisioning.providers.get(key, provider_id),
        secret=token,
        base_url=f"{request.url_root}scim/v2",
        health=services.provisioning.health.of_one(key, provider_id, at=now()),
        first=newest[0] if newest else None,
    )
