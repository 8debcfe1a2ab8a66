"""Work that takes longer than a request: `/api/v1/jobs`."""

from typing import Any
from uuid import UUID

from flask import jsonify
from werkzeug import Response

from roster import services
from roster.blueprints.api.access import access, actor, needs
from roster.blueprints.api.described import DescribedBlueprint
from roster.blueprints.api.once import once
from roster.blueprints.bearer import now
from roster.blueprints.downloads import download
from roster.schemas import jobs as schemas
from roster.schemas.files import user_csv
from roster.schemas.nothing import Nothing

blueprint = DescribedBlueprint("jobs", __name__, url_prefix="/api/v1/jobs", description="What takes its time.")

ONE, PAGE = schemas.Job(), schemas.JobPage()
SHOWN = 100
"""Refused lines that are told with the job; the others are in the file."""


def told(job: Any) -> Any:
    """Return a job as it is told, with the first lines that were refused."""
    lines: Any = []
    if job.report.get("refused"):
        lines = services.imports.preview(job.organization_id, job.id, limit=SHOWN, only_refused=True)
    return ONE.dump({**job._mapping, "refused": lines})


@blueprint.route("", methods=["GET"])
@needs("users:read")
@blueprint.response(200, schemas.JobPage)
def index() -> Response:
    """List the latest jobs, the newest first."""
    rows = services.jobs.recent(access().organization_id)
    return jsonify(PAGE.dump({"items": [{**row._mapping, "refused": []} for row in rows], "next": None}))


@blueprint.route("/<uuid:job_id>", methods=["GET"])
@needs("users:read")
@blueprint.response(200, schemas.Job)
@blueprint.failure(404, "No such job.")
def show(job_id: UUID) -> Response:
    """Read how far a job is, and what came of it."""
    return jsonify(told(services.jobs.get(access().organization_id, job_id)))


@blueprint.route("/<uuid:job_id>/refused", methods=["GET"])
@needs("users:read")
@blueprint.response(200, {"type": "string"}, content_type="text/csv", description="A CSV file: line, reason, cells.")
@blueprint.failure(404, "No such job.")
def refused(job_id: UUID) -> Response:
    """Give the lines that were refused, why, and what stood in them, to be corrected and sent again."""
    job = services.jobs.get(access().organization_id, job_id)
    rows: Any = services.jobs.refused(access().organization_id, job_id)
    columns, mapping = job.options["columns"], job.options["mapping"]
    parts = user_csv.refused(rows, columns, [mapping.get(name, name) for name in columns])
    return download(parts, rows, "refused.csv")


@blueprint.route("/<uuid:job_id>/cancel", methods=["POST"])
@needs("users:write")
@once
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, schemas.Job)
@blueprint.failure(409, "It has ended already.")
def cancel(_: dict[str, Any], job_id: UUID) -> Response:
    """End a job before its end. What it has committed stays."""
    return jsonify(told(services.jobs.cancel(actor(), job_id, at=now())))
