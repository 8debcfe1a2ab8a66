"""How one likes the pages: their language, the zone they tell the time in, their keyboard."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import pytz
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate

from roster import services
from roster.blueprints import languages
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.forms import TextForm
from roster.blueprints.admin.groups.group_listing import GroupListing
from roster.blueprints.admin.listing import SIZES, Listing
from roster.blueprints.admin.people.people_listing import PeopleListing
from roster.blueprints.admin.visit import visit

blueprint = Blueprint("preferences", __name__, url_prefix="/account/preferences")

LISTS: Mapping[str, type[Listing]] = {"users": PeopleListing, "groups": GroupListing}
"""Whose columns can be preferred."""


class PreferencesSchema(Schema):
    """What can be preferred; None where the browser is to say it."""

    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(languages.LANGUAGES))
    timezone = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(pytz.all_timezones_set))
    shortcuts = fields.Boolean(required=True)


class PreferencesForm(TextForm):
    """What is preferred; an empty choice leaves it to the browser."""

    FIELDS = ("language", "timezone", "shortcuts")

    @property
    def zones(self) -> Iterable[tuple[str, list[str]]]:
        """The zones to choose from by continent, with the chosen one, even if it is an old name."""
        names = {*pytz.common_timezones, self.parts["timezone"]} - {"", "UTC", "GMT"}
        return [(area, list(found)) for area, found in groupby(sorted(names), key=lambda name: name.partition("/")[0])]


@blueprint.get("")
def edit() -> ResponseReturnValue:
    """Show the form."""
    liked = visit().preferences
    kept = {"language": liked.language, "timezone": liked.timezone, "shortcuts": liked.shortcuts}
    return _page(PreferencesForm(kept))


@blueprint.post("")
def update() -> ResponseReturnValue:
    """Keep what is preferred, and say so in the language that is."""
    form = PreferencesForm(_sent(request.form))
    with form.refusals():
        values = PreferencesSchema().load({name: value or None for name, value in form.parts.items()} | _switches())
        languages.follow(services.preferences.prefer(visit().administrator.id, **values))
        flash(_("Saved."))
        return redirect(url_for("own.account.show"), 303)
    return _page(form), 422


@blueprint.post("/lists/<any(users, groups):name>")
def keep_view(name: str) -> ResponseReturnValue:
    """Keep which columns, and how many rows, are preferred of a list; then go back to it."""
    size, wanted = request.form.get("page_size", type=int), request.form.getlist("columns")
    columns = [column for column in LISTS[name].COLUMNS if column in wanted]
    preferred = {"page_size": size} if size in SIZES else {}
    services.preferences.prefer(visit().administrator.id, columns={name: columns}, **preferred)
    return redirect(sign_in.safe(request.form.get("back")) or url_for("admin.home.index"), 303)


def _page(form: PreferencesForm) -> str:
    return render_template("admin/account/preferences.html", form=form, languages=languages.LANGUAGES)


def _sent(sent: Mapping[str, str]) -> dict[str, Any]:
    return dict(sent.items()) | _switches()


def _switches() -> dict[str, bool]:
    return {"shortcuts": "shortcuts" in request.form}
