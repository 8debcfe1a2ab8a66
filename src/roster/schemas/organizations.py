"""Organizations on the wire."""

from marshmallow import RAISE, Schema, fields, validate

from roster.schemas.fields.cursor import Cursor
from roster.schemas.fields.moment import Moment
from roster.schemas.fields.text import Text

SLUG = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$(?!\n)"  # Python's $ lets a line break follow
TAKEN = frozenset(
    {"account", "administrators", "confirm", "invitations", "login", "logout", "organizations", "set-up", "shortcuts"}
)
"""What stands where a slug would in the addresses of pages; a test compares it with them."""
SORTS = ("name", "created_at")
KEEPS = ("changes", "labels", "nothing")


class Slug(fields.String):
    """What names an organization in addresses: a-z, 0-9, and hyphens inside; 63 characters at most."""

    def __init__(self, *, required: bool = False) -> None:
        rule = validate.Regexp(SLUG, error="Only a-z, 0-9 and hyphens inside, 63 at most.")
        words = validate.NoneOf(TAKEN, error="This is the address of a page; choose another one.")
        super().__init__(required=required, validate=[rule, words])


class OrganizationCreate(Schema):
    """A new organization."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    slug = Slug(required=True)
    name = Text(required=True)


class OrganizationChange(Schema):
    """What is to change of an organization; what is not named stays."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    slug = Slug()
    name = Text(filled=True)
    purge_days = fields.Integer(
        strict=True,
        validate=validate.Range(1, 3650),
        metadata={"description": "Days after which what was deleted is purged."},
    )
    purge_keeps = fields.String(
        validate=validate.OneOf(KEEPS), metadata={"description": "What events keep of the purged."}
    )


class OrganizationRestore(Schema):
    """How a deleted organization comes back."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    slug = Slug()


class Organization(Schema):
    """An organization."""

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)
    purge_days = fields.Integer(required=True)
    purge_keeps = fields.String(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    suspended_at = Moment(required=True, allow_none=True)
    deleted_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "Counts changes; also the ETag."})


class OrganizationQuery(Schema):
    """Which organizations, in which order."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    q = Text(longest=200, load_default="")
    sort = fields.String(load_default="name", validate=validate.OneOf([*SORTS, *(f"-{name}" for name in SORTS)]))
    after = Cursor()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class OrganizationPage(Schema):
    """The organizations that a token opens: its own."""

    items = fields.List(fields.Nested(Organization), required=True)
    next = fields.String(required=True, allow_none=True)
