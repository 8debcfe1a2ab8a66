"""Administrators: what they type to come in, and to let others in."""

from marshmallow import EXCLUDE, Schema, fields, validate

from roster.models.administrator import ROLES
from roster.schemas.fields.text import Text
from roster.schemas.users import Address

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024


class Password(fields.String):
    """A new password: long enough to be hard to guess; every character is welcome."""

    def __init__(self) -> None:
        rule = validate.Length(
            SHORTEST_PASSWORD,
            LONGEST_PASSWORD,
            error=f"Must have between {SHORTEST_PASSWORD} and {LONGEST_PASSWORD} characters.",
        )
        super().__init__(required=True, validate=rule)


class NewPassword(Schema):
    """A password alone."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = EXCLUDE

    password = Password()


class SetUp(NewPassword):
    """The first owner."""

    email = Address(required=True)


class Role(Schema):
    """What an administrator may do."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = EXCLUDE

    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class Invite(Role):
    """Whom to invite, and to which organization; to all where none is given."""

    email = Address(required=True)
    organization_id = fields.UUID(allow_none=True, load_default=None)


class Proof(Schema):
    """What shows who somebody is."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = EXCLUDE

    password = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_PASSWORD))
    code = fields.String(load_default="", validate=validate.Length(max=100))


class SignIn(Proof):
    """What it takes to sign in."""

    email = Text(longest=320, required=True)


class Codes(Schema):
    """A secret that an authenticator app was given, and a code that it made of it (RFC 6238)."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = EXCLUDE

    secret = fields.String(required=True, validate=validate.Regexp(r"^[A-Z2-7]{32}\Z"))
    code = fields.String(required=True, validate=validate.Length(min=1, max=20))
