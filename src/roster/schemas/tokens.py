"""Tokens on the wire. A token's text goes out once, when it is made."""

from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from roster.models.token import SCOPES
from roster.schemas.fields.moment import Moment
from roster.schemas.fields.text import FILLED, Text


class TokenCreate(Schema):
    """A new token."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    DESCRIBED: ClassVar[dict[str, Any]] = {
        "oneOf": [
            {
                "properties": {
                    "kind": {"const": "api"},
                    "scopes": {"minItems": 1},
                    "provider": {"type": ["null", "string"], "pattern": "^ *$"},
                },
                "required": ["scopes"],
            },
            {
                "properties": {
                    "kind": {"const": "scim"},
                    "scopes": {"maxItems": 0},
                    "provider": {"type": "string", "pattern": FILLED},
                },
                "required": ["kind", "provider"],
            },
        ]
    }

    kind = fields.String(load_default="api", validate=validate.OneOf(["api", "scim"]))
    name = Text(required=True)
    scopes = fields.List(fields.String(validate=validate.OneOf(SCOPES)), load_default=list)
    provider = Text(allow_none=True, load_default=None, metadata={"description": "For scim: the identity provider."})
    expires_in = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, 3650),
        metadata={"description": "Days; never, if not given."},
    )

    @validates_schema
    def _fits_its_kind(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("kind") == "scim") != bool(data.get("provider")):
            raise ValidationError("Belongs to the kind scim, and only there.", "provider")
        if (data.get("kind") == "api") != bool(data.get("scopes")):
            raise ValidationError("A token of the kind api has at least one, one of the kind scim none.", "scopes")


class TokenRotate(Schema):
    """How a token is replaced."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    overlap = fields.Integer(
        load_default=3600,
        strict=True,
        validate=validate.Range(0, 30 * 86400),
        metadata={"description": "Seconds for which the old one goes on."},
    )


class Token(Schema):
    """A token, without its text."""

    prefix = fields.String(required=True, metadata={"description": "The first characters of its secret; names it."})
    kind = fields.String(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = Moment(required=True)
    expires_at = Moment(required=True, allow_none=True)
    last_used_at = Moment(required=True, allow_none=True, metadata={"description": "To within five minutes."})
    revoked_at = Moment(required=True, allow_none=True)


class TokenPage(Schema):
    """Tokens, the newest first."""

    items = fields.List(fields.Nested(Token), required=True)
    next = fields.String(required=True, allow_none=True)


class NewToken(Schema):
    """A token's text. It is kept nowhere: this is the only time it can be seen."""

    token = fields.String(required=True)
