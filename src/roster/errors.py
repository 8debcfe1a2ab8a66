"""What can go wrong, by name. Imports nothing of ours, and knows no HTTP: only `blueprints/problem.py` does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The families of failure that a door has to tell apart."""

    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    INVALID = "invalid"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"
    TOO_LARGE = "too_large"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    STALE = "stale"
    TOO_MANY = "too_many"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One named failure: a stable code for programs, a kind for doors, a sentence for people."""

    code: str
    kind: Kind
    message: str


class AppException(Exception):  # noqa: N818 - the design's own name for it
    """A failure that Roster knows by name and a client may be told about.

    Args:
        error: which failure.
        message: a sentence that says more than the code's own; never a driver's message.
        fields: what is wrong where: a field's name (or path) to its messages.
    """

    def __init__(
        self, error: ErrorCode, message: str | None = None, *, fields: Mapping[str, list[str]] | None = None
    ) -> None:
        super().__init__(message or error.message)
        self.error = error
        self.message = message or error.message
        self.fields = dict(fields or {})


ORGANIZATION_NOT_FOUND = ErrorCode("organization_not_found", Kind.NOT_FOUND, "No such organization.")
ORGANIZATION_SLUG_TAKEN = ErrorCode("organization_slug_taken", Kind.CONFLICT, "Another organization has this slug.")
ADMINISTRATOR_EMAIL_TAKEN = ErrorCode(
    "administrator_email_taken", Kind.CONFLICT, "Another administrator signs in with this e-mail address."
)
USER_NOT_FOUND = ErrorCode("user_not_found", Kind.NOT_FOUND, "No such user.")
USER_NAME_TAKEN = ErrorCode("user_name_taken", Kind.CONFLICT, "Another user of this organization has this user name.")
USER_NOT_DELETED = ErrorCode("user_not_deleted", Kind.CONFLICT, "This user is not deleted.")
EXTERNAL_ID_TAKEN = ErrorCode(
    "external_id_taken", Kind.CONFLICT, "Another user from the same source has this external id."
)
STALE_VERSION = ErrorCode("stale_version", Kind.STALE, "Somebody else changed this since you read it.")
INVALID_INPUT = ErrorCode("invalid_input", Kind.INVALID, "Some of what was sent is not valid.")
MALFORMED_REQUEST = ErrorCode("malformed_request", Kind.MALFORMED, "The request can't be read.")
INVALID_CURSOR = ErrorCode("invalid_cursor", Kind.MALFORMED, "This cursor was not made by this list.")
UNSUPPORTED_MEDIA_TYPE = ErrorCode("unsupported_media_type", Kind.UNSUPPORTED, "The body must be application/json.")
BODY_TOO_LARGE = ErrorCode("body_too_large", Kind.TOO_LARGE, "The request is larger than this server accepts.")
TOKEN_NOT_FOUND = ErrorCode("token_not_found", Kind.NOT_FOUND, "No such token.")
UNAUTHENTICATED = ErrorCode("unauthenticated", Kind.UNAUTHENTICATED, "A valid bearer token is needed.")
WRONG_SIGN_IN = ErrorCode("wrong_sign_in", Kind.UNAUTHENTICATED, "The e-mail address or the password is wrong.")
FORBIDDEN = ErrorCode("forbidden", Kind.FORBIDDEN, "This is not allowed with what you signed in with.")
DATABASE_UNAVAILABLE = ErrorCode(
    "database_unavailable", Kind.UNAVAILABLE, "The database can't be reached just now; try again shortly."
)
TOO_BUSY = ErrorCode("too_busy", Kind.UNAVAILABLE, "Too many others are changing the same; try again shortly.")
OUTCOME_UNKNOWN = ErrorCode(
    "outcome_unknown", Kind.UNAVAILABLE, "The database was lost while it was saving; look before you try again."
)
