"""Events on the wire."""

from datetime import date

from marshmallow import RAISE, Schema, fields, validate

from roster.schemas.fields.cursor import Cursor
from roster.schemas.fields.moment import Moment
from roster.schemas.fields.text import Text

EARLIEST, LATEST = date(2000, 1, 1), date(9999, 12, 30)


class Event(Schema):
    """One change: who did what to whom, when, through which door."""

    id = fields.UUID(required=True)
    at = Moment(required=True)
    action = fields.String(required=True, metadata={"description": "Such as `user.changed`, `group.member_added`."})
    subject_id = fields.UUID(required=True)
    subject_label = fields.String(required=True)
    object_id = fields.UUID(required=True, allow_none=True, metadata={"description": "The member, where there is one."})
    object_label = fields.String(required=True, allow_none=True)
    actor_kind = fields.String(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_label = fields.String(required=True)
    door = fields.String(required=True)
    request_id = fields.String(required=True, allow_none=True)
    changes = fields.Dict(required=True, metadata={"description": "Field → [before, after]."})


class EventQuery(Schema):
    """Where in the feed."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    after = Cursor(r"^[0-9]{1,19}\.[0-9a-f]{32}$", longest=52)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))


class EventSearch(Schema):
    """Which events: by words in a label, by action or its beginning, by day."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    actor = Text(longest=200, load_default="")
    subject = Text(longest=200, load_default="")
    action = Text(longest=50, load_default="")
    since = fields.Date(load_default=None, validate=validate.Range(EARLIEST, LATEST))
    until = fields.Date(load_default=None, validate=validate.Range(EARLIEST, LATEST))
    before = fields.UUID(load_default=None)


class EventPage(Schema):
    """Some events. Keep `next`, and ask again with it: what was given before does not come again."""

    items = fields.List(fields.Nested(Event), required=True)
    next = fields.String(required=True, allow_none=True)
