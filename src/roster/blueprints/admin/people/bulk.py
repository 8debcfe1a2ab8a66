"""One thing done to many people: a count first, then the deed, and a page that tells what became of each."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import orjson
from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin.bulk_form import EXPORTS
from roster.blueprints.admin.operations.telling import tell
from roster.blueprints.admin.people.bulk_form import BulkForm
from roster.blueprints.admin.undoable import operator
from roster.blueprints.admin.visit import now, room, visit
from roster.schemas.files import user_csv
from roster.schemas.users import User

blueprint = room("bulk", __name__, "/users/bulk")

OFFERED = 100
"""Groups that are offered by name; others can be typed."""
ONE = User()
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


@blueprint.post("")
def ask() -> ResponseReturnValue:
    """Say how many it would be, and ask whether that is meant; or send those who were chosen as a file."""
    form = BulkForm.sent(request.form)
    if form.is_empty:
        flash(_("Nobody was chosen, so nothing was done."), "warning")
        return redirect(form.listing.url(), 303)
    return _export(form) if form.kind in EXPORTS else _question(form)


@blueprint.post("/run")
def run() -> ResponseReturnValue:
    """Do it. Where the search finds others by now than were counted, ask again."""
    form, organization = BulkForm.sent(request.form), visit().organization
    with form.refusals():
        group_id = services.groups.named(organization.id, form.group)[0] if form.way.has_group else None
        actor, reason = operator(form.operation_id), form.reason or None
        do = services.operations.bulk.run
        tell(do(actor, form.kind, form.scope, at=now(), group_id=group_id, reason=reason, expected=form.expected))
        return redirect(form.listing.url(), 303)
    return _question(form), 422


def _question(form: BulkForm) -> str:
    organization = visit().organization
    counted = None
    choices = (
        services.groups.search(organization.id, sort="display_name", limit=OFFERED).rows if form.way.has_group else ()
    )
    with form.refusals():
        counted = services.operations.bulk.preview(organization.id, form.kind, form.scope)
    return render_template("admin/bulk.html", form=form, counted=counted, choices=choices)


def _export(form: BulkForm) -> ResponseReturnValue:
    organization = visit().organization
    users = services.operations.bulk.chosen(organization.id, form.scope)
    body = _csv(users) if form.kind == "csv" else b"".join(orjson.dumps(ONE.dump(user)) + b"\n" for user in users)
    name = f'attachment; filename="{organization.slug}-people.{form.kind}"'
    return Response(body, content_type=TYPES[form.kind], headers={"Content-Disposition": name})


def _csv(users: Iterable[Any]) -> bytes:
    rows = list(users)
    names = sorted({name for user in rows for name in user.attributes})
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(user_csv.write(rows, names))
    return text.getvalue().encode()
