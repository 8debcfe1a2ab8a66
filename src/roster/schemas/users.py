"""Users on the wire: what comes in, what goes out."""

import re
from datetime import UTC
from typing import Any, ClassVar

import orjson
from marshmallow import RAISE, Schema, ValidationError, fields, post_dump, post_load, validate, validates_schema
from typing_extensions import override

from roster.normal_form import name_key
from roster.schemas.fields.attributes import ATTRIBUTES, Attributes
from roster.schemas.fields.cursor import Cursor
from roster.schemas.fields.filter import FilterText
from roster.schemas.fields.moment import Moment
from roster.schemas.fields.short_way import NOT_SO, ShortWay
from roster.schemas.fields.text import REFUSED, Text

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
SIDE = rf"[^@\s{REFUSED}]+"
STATUSES = ("live", "active", "suspended", "deleted")
SORTS = ("user_name", "display_name", "created_at", "updated_at")
MOST_EMAILS = 50


class Address(Text):
    """An e-mail address: something on both sides of one "@"; every script is welcome (RFC 6531)."""

    def __init__(self, **options: Any) -> None:
        shape = rf"^ *({SIDE}@{SIDE})? *$" if options.get("allow_none") else rf"^ *{SIDE}@{SIDE} *$"
        metadata = {"pattern": shape} | options.pop("metadata", {})  # no "format": RFC 5321 knows no other scripts
        super().__init__(longest=320, metadata=metadata, **options)

    @override
    def as_it_is(self, value: Any) -> Any:
        return value if self._is_clean(value) and (value is None or ADDRESS.fullmatch(value)) else NOT_SO

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        address = super()._deserialize(value, attr, data, **options)
        if address is not None and not ADDRESS.fullmatch(address):
            raise ValidationError("Not an e-mail address.")
        return address


class Truth(fields.Boolean):
    """JSON's true or false; not 1, which Python takes for the same."""

    def as_it_is(self, value: Any) -> Any:
        """Return true or false; NOT_SO for anything else."""
        return value if isinstance(value, bool) else NOT_SO

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Email(ShortWay):
    """One of a user's e-mail addresses."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    value = Address(required=True)
    type = Text(longest=50, allow_none=True, load_default=None)
    display = Text(allow_none=True, metadata={"description": "What the address is called; stays if it is not said."})
    primary = Truth(load_default=False)

    @post_dump
    def _only_what_it_is_called(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if name != "display" or value is not None}


EMAIL = Email()


class Addresses(fields.List[Any]):
    """E-mail addresses: counted before they are looked at, for a megabyte holds many."""

    def as_it_is(self, value: Any) -> Any:
        """Return the addresses, if each is good as it stands; else NOT_SO."""
        if type(value) is not list or len(value) > MOST_EMAILS:
            return NOT_SO
        kept = [EMAIL.as_it_is(one) for one in value]
        return NOT_SO if NOT_SO in kept else kept

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > MOST_EMAILS:
            raise ValidationError(f"More than {MOST_EMAILS} addresses.")
        return super()._deserialize(value, attr, data, **options)


class UserFields(ShortWay):
    """What may be said of a user in a request."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    DESCRIBED: ClassVar[dict[str, Any]] = {
        "dependentSchemas": {"email": {"properties": {"emails": False}}},  # both only where they agree
        "properties": {"attributes": ATTRIBUTES, "emails": {"uniqueItems": True}},
    }

    display_name = Text(allow_none=True)
    given_name = Text(allow_none=True)
    family_name = Text(allow_none=True)
    email = Address(allow_none=True, metadata={"description": "The primary address; the others stay."})
    emails = Addresses(
        fields.Nested(Email),
        metadata={
            "maxItems": MOST_EMAILS,
            "description": "All addresses, in order, each once. Where none is primary, the first becomes it.",
        },
    )
    title = Text(allow_none=True)
    department = Text(allow_none=True)
    active: fields.Boolean = Truth()
    external_id = Text(allow_none=True)
    attributes = Attributes()

    @validates_schema
    def _one_way_to_say_it(self, data: dict[str, Any], **_: Any) -> None:
        emails = data.get("emails", [])
        if sum(email["primary"] for email in emails) > 1:
            raise ValidationError("Only one address can be primary.", "emails")
        if len({name_key(email["value"]) for email in emails}) < len(emails):
            raise ValidationError("The same address twice; upper and lower case make no other one.", "emails")
        if "email" in data and "emails" in data and data["email"] != primary_of(emails):
            raise ValidationError("Not the primary one of emails; give one of the two.", "email")

    @post_load
    def _first_is_primary(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if emails := data.get("emails"):
            if not any(email["primary"] for email in emails):
                emails[0]["primary"] = True
            data.pop("email", None)
        return data


def primary_of(emails: list[dict[str, Any]]) -> str | None:
    """Return the primary address, the first where none is, None where there are none."""
    return next((email["value"] for email in sorted(emails, key=lambda email: not email["primary"])), None)


class UserCreate(UserFields):
    """A new user. Without a display name, it is made of the other names."""

    user_name = Text(required=True)


class UserChange(UserFields):
    """What is to change of a user; what is not named stays."""

    user_name = Text(filled=True)


class UserRestore(Schema):
    """How a deleted user comes back."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    user_name = Text(allow_none=True, load_default=None, metadata={"description": "Another name, if theirs is taken."})


class UserSuspend(Schema):
    """Why a user is suspended."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    reason = Text(
        longest=500, allow_none=True, load_default=None, metadata={"description": "Kept with the event, not the user."}
    )


class User(Schema):
    """A user."""

    id = fields.UUID(required=True)
    user_name = fields.String(required=True)
    display_name = fields.String(required=True)
    given_name = fields.String(required=True, allow_none=True)
    family_name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True, metadata={"description": "The primary address."})
    emails = fields.List(fields.Nested(Email), required=True)
    title = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    active = fields.Boolean(required=True)
    external_id = fields.String(required=True, allow_none=True)
    attributes = fields.Dict(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    deleted_at = Moment(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "Counts changes; also the ETag."})


NAMES = tuple(User().fields)
MOMENTS = ("created_at", "updated_at", "deleted_at")


def as_json(user: Any) -> bytes:
    """Return what `User` describes, byte for byte what it dumps, in a fraction of the time."""
    said = {name: getattr(user, name) for name in NAMES}
    for name in MOMENTS:
        said[name] = said[name] and said[name].astimezone(UTC)
    said["emails"] = [_as_told(email) for email in user.emails]
    return orjson.dumps(said, option=orjson.OPT_UTC_Z)


def _as_told(email: Any) -> dict[str, Any]:
    display = {} if email.display is None else {"display": email.display}
    return {"value": email.value, "type": email.type, **display, "primary": email.primary}


class UserPage(Schema):
    """Some users, and where the next ones are."""

    items = fields.List(fields.Nested(User), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "The next page's `after`."})


class UserQuery(ShortWay):
    """Which users, in which order."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE

    q = Text(longest=200, load_default="", metadata={"description": "Beginnings of words in names or addresses."})
    status = fields.String(load_default="live", validate=validate.OneOf(STATUSES))
    sort = fields.String(
        load_default="created_at",
        validate=validate.OneOf([*SORTS, *(f"-{name}" for name in SORTS)]),
        metadata={"description": "By creation, a walk sees everybody once, even those who are renamed meanwhile."},
    )
    after = Cursor()
    limit = fields.Integer(load_default=50, strict=False, validate=validate.Range(1, 200))


class UserFilterQuery(UserQuery):
    """Which users, in which order, with a filter."""

    filter = FilterText(
        "id, user_name, display_name, given_name, family_name, email (any address), emails (with .value, .type, "
        ".display, .primary), title, department, active, external_id, "
        "identity_provider (its name), groups (their ids; .display), "
        "attributes.NAME, created_at and updated_at"
    )
