"""An import, step by step: upload, columns, preview, progress, report. Each step has an address to come back to."""

from dataclasses import replace
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError
from sqlalchemy import Row
from werkzeug import Response

from roster import services
from roster.blueprints import downloads
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.guards import for_writers
from roster.blueprints.admin.imports.columns import ATTRIBUTE, FIELDS, ColumnsForm
from roster.blueprints.admin.imports.faults import told
from roster.blueprints.admin.visit import now, room, visit
from roster.blueprints.long_work import take_time
from roster.errors import JOB_NOT_RUNNING, MALFORMED_REQUEST
from roster.schemas.fields.text import clean
from roster.schemas.files import user_csv, user_file
from roster.services.imports import OnError, Options

blueprint = room("imports", __name__, "")

SHOWN = 10
"""Lines of a file that its preview shows, of the good ones and of those that are refused."""
SAMPLES = 3
"""Cells of a column that help to tell what it is."""
LINES = (".jsonl", ".ndjson")


class UploadForm(Form):
    """A file, and what is wrong with it."""

    TOLD = {MALFORMED_REQUEST: "file"}  # noqa: RUF012 - a constant of the class


class StartForm(Form):
    """The button that starts an import, or ends it; where that was done already, the page shows it."""

    TOLD = {JOB_NOT_RUNNING: ""}  # noqa: RUF012 - a constant of the class


@blueprint.get("/users/import")
@for_writers
def new() -> ResponseReturnValue:
    """Ask for a file, and show what was imported lately."""
    return _upload(UploadForm())


@blueprint.post("/users/import")
def create() -> ResponseReturnValue:
    """Take a file in, line by line; nothing is imported yet."""
    form = UploadForm()
    with form.refusals():
        job = _staged()
        return redirect(url_for(".columns" if job.options["columns"] else ".show", job_id=job.id), 303)
    return _upload(form), 422


@blueprint.get("/imports/<uuid:job_id>/columns")
@for_writers
def columns(job_id: UUID) -> ResponseReturnValue:
    """Ask what the columns of the file are."""
    job = services.jobs.get(visit().organization.id, job_id)
    if job.state != "staged" or not job.options["columns"]:
        return redirect(url_for(".show", job_id=job_id))
    return _columns(job, ColumnsForm.showing(job.options["columns"], job.options["mapping"]))


@blueprint.post("/imports/<uuid:job_id>/columns")
def map_columns(job_id: UUID) -> ResponseReturnValue:
    """Read the file as its columns are called now."""
    actor = visit().actor()
    job = services.jobs.get(actor.organization_id, job_id)
    form = ColumnsForm.sent(job.options["columns"], request.form)
    with form.refusals():
        mapping = form.mapping()
        layout = user_csv.Layout(list(mapping.values()))
        options = replace(Options(**job.options), mapping=mapping)
        take_time()
        services.imports.map_columns(actor, job_id, layout.record, options, at=now())
        return redirect(url_for(".show", job_id=job_id), 303)
    return _columns(job, form), 422


@blueprint.get("/imports/<uuid:job_id>")
def show(job_id: UUID) -> ResponseReturnValue:
    """Show where an import is: what would come of it, how far it is, or what came of it."""
    key = visit().organization.id
    job = services.jobs.get(key, job_id)
    if job.state != "staged":
        return render_template("admin/imports/show.html", job=job)
    if job.options["columns"] and not job.options["mapping"]:
        return redirect(url_for(".columns", job_id=job_id))
    good = [row for row in services.imports.preview(key, job_id, limit=SHOWN * 2) if not row.fault][:SHOWN]
    refused = services.imports.preview(key, job_id, limit=SHOWN, only_refused=True)
    given = [name for name in FIELDS if any(name in row.given for row in good)]
    lines = {"good": good, "refused": refused, "given": given, "fields": FIELDS, "told": told}
    return render_template("admin/imports/preview.html", job=job, **lines)


@blueprint.post("/imports/<uuid:job_id>/start")
def start(job_id: UUID) -> ResponseReturnValue:
    """Leave the import to a worker."""
    on_error: OnError = "rollback" if request.form.get("on_error") == "rollback" else "skip"
    with StartForm().refusals():
        services.imports.start(visit().actor(), job_id, on_error=on_error)
    return redirect(url_for(".show", job_id=job_id), 303)


@blueprint.post("/imports/<uuid:job_id>/cancel")
def cancel(job_id: UUID) -> ResponseReturnValue:
    """End an import; what was imported so far stays, and can be undone."""
    with StartForm().refusals():
        services.jobs.cancel(visit().actor(), job_id, at=now())
        flash(_("Ended."))
    return redirect(url_for(".show", job_id=job_id), 303)


@blueprint.get("/imports/<uuid:job_id>/refused.csv")
def refused(job_id: UUID) -> Response:
    """Give the lines that were refused, with the reason of each."""
    key = visit().organization.id
    options = services.jobs.get(key, job_id).options
    rows = services.jobs.refused(key, job_id)
    names = [options["mapping"].get(name, name) for name in options["columns"]]
    return downloads.download(user_csv.refused(rows, options["columns"], names), rows, "refused.csv")


def _staged() -> Row[Any]:
    """The job of the file that was sent.

    Raises:
        ValidationError: there is no file.
        AppException: MALFORMED_REQUEST.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise ValidationError({"file": [_("Choose a file.")]})
    file, kind = cast(BinaryIO, sent.stream), "jsonl" if sent.filename.lower().endswith(LINES) else "csv"
    names = user_file.columns(file, kind)
    options = Options(on_error="skip", format=kind, columns=names, file_name=clean(sent.filename)[:255])
    take_time()
    return services.imports.stage(
        visit().actor(),
        lambda: user_file.read_cells(file) if names else user_file.read(file, kind),
        options,
        state="staged",
        at=now(),
    )


def _upload(form: UploadForm) -> str:
    recent = services.jobs.recent(visit().organization.id)
    return render_template("admin/imports/new.html", form=form, recent=recent)


def _columns(job: Row[Any], form: ColumnsForm) -> str:
    rows = services.imports.preview(visit().organization.id, job.id, limit=SAMPLES)
    samples = [
        [row.cells[place] for row in rows if len(row.cells) > place] for place in range(len(job.options["columns"]))
    ]
    return render_template(
        "admin/imports/columns.html", job=job, form=form, samples=samples, fields=FIELDS, ATTRIBUTE=ATTRIBUTE
    )
