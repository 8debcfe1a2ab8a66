"""Operations: what was done to many at once, what became of each, and the way back."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate

from roster import services
from roster.blueprints.admin import sign_in, timeline
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.listing import asked
from roster.blueprints.admin.operations import words
from roster.blueprints.admin.undoable import flash_undoable, operator
from roster.blueprints.admin.visit import now, room, visit
from roster.blueprints.long_work import take_time
from roster.errors import OPERATION_UNDONE

blueprint = room("operations", __name__, "/operations")

ROWS = 50


class Place(Schema):
    """Where a page of an operation, or of all of them, begins."""

    show = fields.String(load_default="done", validate=validate.OneOf(["done", "left"]))
    after = fields.UUID(allow_none=True, load_default=None)
    position = fields.Integer(load_default=-1, validate=validate.Range(-1, 10_000_000))
    before = fields.UUID(allow_none=True, load_default=None)


class UndoForm(Form):
    """The button that undoes an operation; where somebody else was faster, the page says so."""

    TOLD = {OPERATION_UNDONE: "undone"}  # noqa: RUF012 - a constant of the class


@blueprint.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show the operations of the organization, the newest first."""
    before = asked(Place(), request.args, {})["before"]
    found = services.operations.log.search(visit().organization.id, before=before, limit=ROWS + 1)
    return render_template("admin/operations/index.html", rows=found[:ROWS], more=len(found) > ROWS, words=words)


@blueprint.get("/<uuid:operation_id>")
def show(operation_id: UUID) -> ResponseReturnValue:
    """Show one operation, and what became of each."""
    place, key = asked(Place(), request.args, {}), visit().organization.id
    operation = services.operations.log.get(key, operation_id)
    shown: dict[str, Any] = {"operation": operation, "words": words, "place": place, "rows": [], "entries": []}
    if place["show"] == "left":
        shown["rows"] = services.operations.log.left_out(key, operation_id, after=place["position"], limit=ROWS + 1)
    else:
        shown["events"] = services.operations.log.events(key, operation_id, after=place["after"], limit=ROWS + 1)
        shown["entries"] = timeline.of(shown["events"][:ROWS])
    return render_template("admin/operations/show.html", most=ROWS, **shown)


@blueprint.post("/<uuid:operation_id>/undo")
def undo(operation_id: UUID) -> ResponseReturnValue:
    """Undo an operation, wherever nobody has changed anything since."""
    form = UndoForm()
    with form.refusals():
        take_time()
        undone = services.operations.undo.undo(operator(), operation_id, at=now())
        if undone.done:
            flash_undoable(words.done(undone), url_for(".undo", operation_id=undone.id))
        else:
            flash(_("Nothing was undone."), "warning")
        is_whole = not undone.skipped
        return redirect(
            (is_whole and sign_in.safe(request.form.get("back"))) or url_for(".show", operation_id=undone.id), 303
        )
    flash(_("This was undone already."), "warning")
    return redirect(url_for(".show", operation_id=operation_id), 303)
