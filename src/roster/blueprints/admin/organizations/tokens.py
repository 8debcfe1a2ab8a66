"""Tokens: how programs sign in. Issued, shown once, rotated, revoked."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from roster import services
from roster.blueprints.admin import shown_once
from roster.blueprints.admin.forms import Form, TextForm
from roster.blueprints.admin.guards import confirmed, for_writers
from roster.blueprints.admin.visit import now, room, visit
from roster.errors import TOKEN_NOT_FOUND, AppException
from roster.models import Token
from roster.models.token import SCOPES
from roster.schemas import tokens as schemas

blueprint = room("tokens", __name__, "/tokens")

PREFIX = "/<string(length=8):prefix>"


class TokenCreate(schemas.TokenCreate):
    """A new token, as a form says it: numbers are text."""

    expires_in = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 3650))

    @validates_schema
    def _fits_its_kind(self, data: dict[str, Any], **_: Any) -> None:
        if data["kind"] == "scim" and not data["provider"]:
            raise ValidationError("Name the identity provider that will use it.", "provider")
        if data["kind"] == "api" and not data["scopes"]:
            raise ValidationError("Tick what it may do.", "scopes")


class TokenRotate(schemas.TokenRotate):
    """How a token is replaced, as a form says it."""

    overlap = fields.Integer(required=True, validate=validate.Range(0, 30 * 86400))


class TokenForm(TextForm):
    """What a new token is called and may do."""

    FIELDS = ("name", "kind", "provider", "expires_in")

    def __init__(self, sent: Any = None, scopes: Any = ()) -> None:
        super().__init__(sent)
        self.scopes = list(scopes)

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return the arguments for `services.tokens.issue`. What belongs to the other kind is left out.

        Raises:
            ValidationError: naming what is wrong, by part.
        """
        is_scim, days = self.parts["kind"] == "scim", self.parts["expires_in"] or None
        provider, scopes = (self.parts["provider"], []) if is_scim else ("", self.scopes)
        values = self.values(TokenCreate(), provider=provider, scopes=scopes, expires_in=days)
        ends_after = values.pop("expires_in")
        return values | {"at": at, "expires_at": at + timedelta(days=ends_after) if ends_after else None}


class RotateForm(Form):
    """How long the old token goes on."""

    TOLD = {TOKEN_NOT_FOUND: ""}  # noqa: RUF012 - a constant of the class


@blueprint.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show the organization's tokens, the newest first."""
    return render_template("admin/tokens/index.html", tokens=services.tokens.search(visit().organization.id), now=now())


@blueprint.get("/new")
@for_writers
@confirmed
def new() -> ResponseReturnValue:
    """Show the form for a new token."""
    return _form(TokenForm({"kind": "api", "expires_in": "365"}))


@blueprint.post("/new")
@confirmed
def create() -> ResponseReturnValue:
    """Issue a token, and go to see its text, this once."""
    form = TokenForm(request.form, request.form.getlist("scopes"))
    with form.refusals():
        text = services.tokens.issue(visit().actor(), **form.arguments(now()))
        return _ready(text, form.parts["name"])
    return _form(form), 422


@blueprint.get("/issued")
def issued() -> ResponseReturnValue:
    """Show a new token's text, this once."""
    return shown_once.show("token", "admin/tokens/issued.html", url_for(".index"))


@blueprint.get(f"{PREFIX}/rotate")
@for_writers
@confirmed
def edit(prefix: str) -> ResponseReturnValue:
    """Show how a token would be replaced."""
    return render_template("admin/tokens/rotate.html", token_of=_one(prefix), form=RotateForm())


@blueprint.post(f"{PREFIX}/rotate")
@confirmed
def rotate(prefix: str) -> ResponseReturnValue:
    """Replace a token, and go to see the new text, this once."""
    form, old = RotateForm(), _one(prefix)
    name = old.name
    with form.refusals():
        seconds = TokenRotate().load({"overlap": request.form.get("overlap", "")})["overlap"]
        text = services.tokens.rotate(visit().actor(), prefix, at=now(), overlap=timedelta(seconds=seconds))
        return _ready(text, name)
    return render_template("admin/tokens/rotate.html", token_of=_one(prefix), form=form), 422


@blueprint.post(f"{PREFIX}/revoke")
def delete(prefix: str) -> ResponseReturnValue:
    """End a token, at once."""
    services.tokens.revoke(visit().actor(), prefix, at=now())
    flash(_("Revoked. It opens nothing any more."))
    return redirect(url_for(".index"), 303)


def _ready(text: str, name: str) -> ResponseReturnValue:
    shown_once.keep("token", text=text, name=name)
    return redirect(url_for(".issued"), 303)


def _one(prefix: str) -> Token:
    for token in services.tokens.search(visit().organization.id):
        if token.prefix == prefix:
            return token
    raise AppException(TOKEN_NOT_FOUND)


def _form(form: TokenForm) -> str:
    return render_template("admin/tokens/form.html", form=form, scopes=SCOPES)
