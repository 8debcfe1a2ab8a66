"""Failures on the wire (RFC 9457)."""

from marshmallow import Schema, fields


class Fault(Schema):
    """What is wrong with one field."""

    field = fields.String(required=True)
    message = fields.String(required=True)


class Problem(Schema):
    """A failure. Programs read `code`, people read `detail`."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True, allow_none=True)
    errors = fields.List(fields.Nested(Fault), required=True)
