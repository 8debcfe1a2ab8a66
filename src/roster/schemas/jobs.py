"""Jobs on the wire, and how an import or an export is asked for."""

from marshmallow import RAISE, Schema, fields, validate

from roster.schemas.fields.moment import Moment
from roster.schemas.files.user_file import FORMATS

STATES = ("staged", "queued", "running", "done", "failed", "cancelled")


class RefusedLine(Schema):
    """A line that was refused."""

    line = fields.Integer(required=True, attribute="number", metadata={"description": "From 1; the header counts."})
    user_name = fields.String(required=True)
    reason = fields.String(required=True, attribute="fault")


class JobReport(Schema):
    """What came of it so far. `kept` is false where everything was rolled back."""

    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    kept = fields.Boolean(required=True)


class Job(Schema):
    """Work that takes longer than a request. Its id is the `operation_id` of its events."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "Such as `users.import`."})
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    options = fields.Dict(required=True)
    total_count = fields.Integer(required=True, metadata={"description": "Lines of the file."})
    done_count = fields.Integer(required=True, metadata={"description": "Lines that are done, or refused."})
    report = fields.Nested(JobReport, required=True)
    refused = fields.List(
        fields.Nested(RefusedLine), required=True, metadata={"description": "The first hundred; all: `/refused`."}
    )
    created_at = Moment(required=True)
    started_at = Moment(required=True, allow_none=True)
    finished_at = Moment(required=True, allow_none=True)


class JobPage(Schema):
    """The latest jobs, without the lines that they refused."""

    items = fields.List(fields.Nested(Job), required=True)
    next = fields.String(required=True, allow_none=True)


class ImportQuery(Schema):
    """How a file is imported."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    on_error = fields.String(
        load_default="rollback",
        validate=validate.OneOf(["skip", "rollback"]),
        metadata={"description": "What a line that can't be taken means for the rest."},
    )
    dry_run = fields.Boolean(
        load_default=False, truthy={"true"}, falsy={"false"}, metadata={"description": "Do it, tell it, keep nothing."}
    )


class ExportQuery(Schema):
    """As which kind of file."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    format = fields.String(load_default="csv", validate=validate.OneOf(FORMATS))
