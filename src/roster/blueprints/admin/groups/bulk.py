"""Many groups deleted or brought back: a count first, then the deed, and a page that tells what became of each."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin.groups.bulk_form import KINDS, BulkForm
from roster.blueprints.admin.operations.telling import tell
from roster.blueprints.admin.undoable import operator
from roster.blueprints.admin.visit import now, room, visit
from roster.blueprints.languages.sentences import marked
from roster.errors import INVALID_INPUT, AppException

blueprint = room("group_bulk", __name__, "/groups/bulk")


@blueprint.post("")
def ask() -> ResponseReturnValue:
    """Say how many it would be, and ask whether that is meant."""
    form = _sent()
    if form.is_empty:
        flash(_("Nothing was chosen, so nothing was done."), "warning")
        return redirect(form.listing.url(), 303)
    return _question(form)


@blueprint.post("/run")
def run() -> ResponseReturnValue:
    """Do it. Where the search finds others by now than were counted, ask again."""
    form = _sent()
    with form.refusals():
        do, actor = services.operations.groups.run, operator(form.operation_id)
        tell(do(actor, form.kind, form.scope, at=now(), expected=form.expected))
        return redirect(form.listing.url(), 303)
    return _question(form), 422


def _sent() -> BulkForm:
    form = BulkForm.sent(request.form)
    if form.kind not in KINDS:
        unknown = {"kind": [marked("There is no such action.")]}
        raise AppException(INVALID_INPUT, fields=unknown)
    return form


def _question(form: BulkForm) -> str:
    counted = None
    with form.refusals():
        counted = services.operations.groups.preview(visit().organization.id, form.kind, form.scope)
    return render_template("admin/bulk.html", form=form, counted=counted, choices=())
