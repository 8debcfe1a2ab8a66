"""Users as files: `/api/v1/users/import` and `/api/v1/users/export`."""

from typing import Any

from flask import jsonify, request, url_for
from werkzeug import Response

from roster import services
from roster.blueprints import uploads
from roster.blueprints.api.access import access, actor, needs
from roster.blueprints.api.described import DescribedBlueprint
from roster.blueprints.api.jobs import told
from roster.blueprints.api.once import once
from roster.blueprints.bearer import now
from roster.blueprints.downloads import download
from roster.errors import UNSUPPORTED_MEDIA_TYPE, AppException
from roster.schemas import jobs as schemas
from roster.schemas.files import user_csv, user_file
from roster.services.imports import Options

blueprint = DescribedBlueprint("files", __name__, url_prefix="/api/v1/users", description="People as files.")

KINDS = {
    "text/csv": "csv",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/x-jsonlines": "jsonl",
}
SMALL = 131_072
"""Bytes of a file that is imported while the client waits: some thousand lines, a fifth of a second."""
TEXT = {"schema": {"type": "string"}}
BODY = {"required": True, "content": {"text/csv": TEXT, "application/jsonl": TEXT}}


@blueprint.route("/import", methods=["POST"])
@needs("users:write")
@once
@blueprint.arguments(schemas.ImportQuery, location="query")
@blueprint.response(200, schemas.Job)
@blueprint.alt_response(202, schema=schemas.Job, description="Taken in; a worker does it. Location is its job.")
@blueprint.failure(400, "The file as a whole can't be read.")
@blueprint.failure(413, "The file is larger than ROSTER_MAX_IMPORT.")
@blueprint.failure(415, "Neither CSV nor JSON lines.")
@blueprint.doc(requestBody=BODY)
def import_(query: dict[str, Any]) -> Response | tuple[Response, int, dict[str, str]]:
    """Create and update users from a file, matched by user name. `Prefer: respond-async` leaves it to a worker."""
    if (kind := KINDS.get(request.mimetype)) is None:
        raise AppException(UNSUPPORTED_MEDIA_TYPE, "The body must be text/csv or application/jsonl.")
    upload = uploads.received()
    options = Options(**query, format=kind, columns=user_file.columns(upload.file, kind))
    waits = upload.size <= SMALL and "respond-async" not in request.headers.get("Prefer", "").lower()
    job = services.imports.stage(
        actor(), lambda: user_file.read(upload.file, kind), options, state="running" if waits else "queued", at=now()
    )
    if not waits:
        return jsonify(told(job)), 202, {"Location": url_for("jobs.show", job_id=job.id)}
    while job.state == "running":
        job = services.imports.step(job.organization_id, job.id, job.attempts, clock=now)
    return jsonify(told(job))


@blueprint.route("/export", methods=["GET"])
@needs("users:read")
@blueprint.arguments(schemas.ExportQuery, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv", description="A file, sent while it is made.")
def export(query: dict[str, str]) -> Response:
    """Give every live user, by user name, as they all were at one moment."""
    kind, organization_id = query["format"], access().organization_id
    source: Any = (
        services.exports.table(organization_id) if kind == "csv" else services.exports.documents(organization_id)
    )
    return download(user_csv.lines(source) if kind == "csv" else source, source, f"users.{kind}")
