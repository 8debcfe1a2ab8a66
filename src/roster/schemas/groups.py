"""Groups on the wire: what comes in, what goes out."""

from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from roster.schemas.fields.cursor import Cursor
from roster.schemas.fields.filter import FilterText
from roster.schemas.fields.moment import Moment
from roster.schemas.fields.text import Text

STATUSES = ("live", "deleted")
SORTS = ("display_name", "created_at", "updated_at")
MOST_MEMBERS = 5000
"""Users and groups that one call may name, each."""


class GroupFields(Schema):
    """What may be said of a group in a request."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    description = Text(longest=2000, long=True, allow_none=True)
    external_id = Text(allow_none=True)


class GroupCreate(GroupFields):
    """A new group."""

    display_name = Text(required=True)


class GroupChange(GroupFields):
    """What is to change of a group; what is not named stays."""

    display_name = Text(filled=True)


class GroupRestore(Schema):
    """How a deleted group comes back."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    display_name = Text(allow_none=True, load_default=None, metadata={"description": "Another name, if it is taken."})


class Group(Schema):
    """A group."""

    id = fields.UUID(required=True)
    display_name = fields.String(required=True)
    description = fields.String(required=True, allow_none=True)
    external_id = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    deleted_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "Counts changes of the group itself; the ETag."})


class GroupPage(Schema):
    """Some groups, and where the next ones are."""

    items = fields.List(fields.Nested(Group), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "The next page's `after`."})


class GroupQuery(Schema):
    """Which groups, in which order."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    q = Text(longest=200, load_default="", metadata={"description": "Beginnings of words in name or description."})
    status = fields.String(load_default="live", validate=validate.OneOf(STATUSES))
    sort = fields.String(load_default="created_at", validate=validate.OneOf([*SORTS, *(f"-{name}" for name in SORTS)]))
    after = Cursor()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class GroupFilterQuery(GroupQuery):
    """Which groups, in which order, with a filter."""

    filter = FilterText(
        "id, display_name, external_id, members (their ids; .display, .type), created_at and updated_at"
    )


class Members(Schema):
    """Users and groups, by id."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    DESCRIBED: ClassVar[dict[str, Any]] = {
        "anyOf": [{"required": [name], "properties": {name: {"minItems": 1}}} for name in ("users", "groups")]
    }

    users = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_MEMBERS))
    groups = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_MEMBERS))

    @validates_schema
    def _somebody(self, data: dict[str, Any], **_: Any) -> None:
        if not data["users"] and not data["groups"]:
            raise ValidationError("Name at least one user or group.")


class MemberQuery(Schema):
    """Which members."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    after = fields.UUID(load_default=None, metadata={"description": "The `next` of a page."})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class Member(Schema):
    """A user or a group that is directly in a group."""

    type = fields.String(required=True, validate=validate.OneOf(["user", "group"]))
    id = fields.UUID(required=True)
    user_name = fields.String(required=True, allow_none=True, metadata={"description": "Of a user."})
    display_name = fields.String(required=True)
    created_at = Moment(required=True, metadata={"description": "Since when they are in it."})


class MemberPage(Schema):
    """Some members, and where the next ones are."""

    items = fields.List(fields.Nested(Member), required=True)
    next = fields.UUID(required=True, allow_none=True, metadata={"description": "The next page's `after`."})


class MembersChanged(Schema):
    """What a change of members came to."""

    changed = fields.Integer(required=True, metadata={"description": "How many were added or taken out."})


class GroupAround(Schema):
    """A group that a user or another group is in."""

    id = fields.UUID(required=True)
    display_name = fields.String(required=True)
    direct = fields.Boolean(required=True, metadata={"description": "False where it is by way of another group."})


class GroupsAround(Schema):
    """The groups that a user or a group is in, by name."""

    items = fields.List(fields.Nested(GroupAround), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "Always null: it is one page."})
