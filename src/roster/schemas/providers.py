"""Identity providers, as forms and addresses say them."""

from marshmallow import RAISE, Schema, fields, validate

from roster.models.identity_provider import DIALECTS
from roster.schemas.fields.text import Text

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class ProviderCreate(Schema):
    """A new provider."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    name = Text(required=True)
    dialect = fields.String(required=True, validate=validate.OneOf(DIALECTS))


class ProviderChange(ProviderCreate):
    """What a provider is called, speaks and may do."""

    enabled = fields.Boolean(required=True)
    strict = fields.Boolean(required=True)
    revive_deleted = fields.Boolean(required=True)
    log_days = fields.Integer(required=True, validate=validate.Range(1, 365))


class RequestSearch(Schema):
    """Which of a provider's requests: those that failed, by method, by status, by a text."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    show = fields.String(load_default="failures", validate=validate.OneOf(["failures", "everything"]))
    method = fields.String(load_default="", validate=validate.OneOf(["", *METHODS]))
    status = fields.Integer(load_default=None, validate=validate.Range(100, 599))
    q = Text(longest=200, load_default="")
    before = fields.UUID(load_default=None)


class Link(Schema):
    """Which provider looks after a user, and what it calls them."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    provider = fields.UUID(required=True, error_messages={"invalid_uuid": "Choose one."})
    external_id = Text(required=True)
