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
    TOO_SLOW = "too_slow"


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
        retry_after: seconds after which trying again may help.
    """

    def __init__(
        self,
        error: ErrorCode,
        message: str | None = None,
        *,
        fields: Mapping[str, list[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message or error.message)
        self.error = error
        self.message = message or error.message
        self.fields = dict(fields or {})
        self.retry_after = retry_after


ORGANIZATION_NOT_FOUND = ErrorCode("organization_not_found", Kind.NOT_FOUND, "No such organization.")
ORGANIZATION_SLUG_TAKEN = ErrorCode("organization_slug_taken", Kind.CONFLICT, "Another organization has this slug.")
ADMINISTRATOR_EMAIL_TAKEN = ErrorCode(
    "administrator_email_taken", Kind.CONFLICT, "Another administrator signs in with this e-mail address."
)
ORGANIZATION_NOT_DELETED = ErrorCode("organization_not_deleted", Kind.CONFLICT, "This organization is not deleted.")
ORGANIZATION_SUSPENDED = ErrorCode("organization_suspended", Kind.FORBIDDEN, "This organization is suspended.")
USER_NOT_FOUND = ErrorCode("user_not_found", Kind.NOT_FOUND, "No such user.")
USER_NAME_TAKEN = ErrorCode("user_name_taken", Kind.CONFLICT, "Another user of this organization has this user name.")
USER_NOT_DELETED = ErrorCode("user_not_deleted", Kind.CONFLICT, "This user is not deleted.")
EXTERNAL_ID_TAKEN = ErrorCode(
    "external_id_taken", Kind.CONFLICT, "Another user of the same identity provider has this external id."
)
STALE_VERSION = ErrorCode("stale_version", Kind.STALE, "Somebody else changed this since you read it.")
GROUP_NOT_FOUND = ErrorCode("group_not_found", Kind.NOT_FOUND, "No such group.")
GROUP_NAME_TAKEN = ErrorCode("group_name_taken", Kind.CONFLICT, "Another group of this organization has this name.")
GROUP_NOT_DELETED = ErrorCode("group_not_deleted", Kind.CONFLICT, "This group is not deleted.")
MEMBER_NOT_FOUND = ErrorCode("member_not_found", Kind.INVALID, "Some of those who should be members do not exist.")
CIRCULAR_GROUPS = ErrorCode(
    "circular_groups", Kind.CONFLICT, "A group can't be inside itself, by way of others either."
)
JOB_NOT_FOUND = ErrorCode("job_not_found", Kind.NOT_FOUND, "No such job.")
JOB_NOT_RUNNING = ErrorCode("job_not_running", Kind.CONFLICT, "This job has ended, or somebody else has it in hand.")
OPERATION_NOT_FOUND = ErrorCode("operation_not_found", Kind.NOT_FOUND, "No such operation.")
OPERATION_UNDONE = ErrorCode("operation_undone", Kind.CONFLICT, "This operation was undone already.")
SELECTION_CHANGED = ErrorCode(
    "selection_changed", Kind.STALE, "The search finds others by now than those who were counted."
)
SELECTION_TOO_LARGE = ErrorCode("selection_too_large", Kind.INVALID, "These are too many to change at once.")
SAME_USER = ErrorCode("same_user", Kind.INVALID, "These two are the same user already.")
PROVIDER_OWNS_USER = ErrorCode("provider_owns_user", Kind.CONFLICT, "An identity provider looks after this user.")
INVALID_INPUT = ErrorCode("invalid_input", Kind.INVALID, "Some of what was sent is not valid.")
MALFORMED_REQUEST = ErrorCode("malformed_request", Kind.MALFORMED, "The request can't be read.")
INVALID_FILTER = ErrorCode("invalid_filter", Kind.MALFORMED, "This filter can't be read.")
INVALID_PATH = ErrorCode("invalid_path", Kind.MALFORMED, "This path names nothing that there is.")
INVALID_VALUE = ErrorCode("invalid_value", Kind.MALFORMED, "Some of what was sent is missing or not valid.")
INVALID_SYNTAX = ErrorCode("invalid_syntax", Kind.MALFORMED, "The body is not what this request needs.")
NO_TARGET = ErrorCode("no_target", Kind.MALFORMED, "The path leads to no value.")
MUTABILITY = ErrorCode("mutability", Kind.MALFORMED, "This attribute can't be changed.")
TOO_MANY_RESULTS = ErrorCode("too_many_results", Kind.MALFORMED, "This would find more than this server gives at once.")
PROVIDER_NOT_FOUND = ErrorCode("provider_not_found", Kind.NOT_FOUND, "No such identity provider.")
PROVIDER_DISABLED = ErrorCode("provider_disabled", Kind.FORBIDDEN, "This identity provider is switched off.")
PROVIDER_NAME_TAKEN = ErrorCode(
    "provider_name_taken", Kind.CONFLICT, "Another identity provider of this organization has this name."
)
INVALID_CURSOR = ErrorCode("invalid_cursor", Kind.MALFORMED, "This cursor was not made by this list.")
UNSUPPORTED_MEDIA_TYPE = ErrorCode("unsupported_media_type", Kind.UNSUPPORTED, "The body must be application/json.")
BODY_TOO_SLOW = ErrorCode("body_too_slow", Kind.TOO_SLOW, "The rest of the request did not come in time.")
BODY_TOO_LARGE = ErrorCode("body_too_large", Kind.TOO_LARGE, "The request is larger than this server accepts.")
TOKEN_NOT_FOUND = ErrorCode("token_not_found", Kind.NOT_FOUND, "No such token.")
ADMINISTRATOR_NOT_FOUND = ErrorCode("administrator_not_found", Kind.NOT_FOUND, "No such administrator.")
LAST_OWNER = ErrorCode("last_owner", Kind.CONFLICT, "Somebody else has to be an owner of everything first.")
INVITATION_NOT_FOUND = ErrorCode(
    "invitation_not_found", Kind.NOT_FOUND, "This invitation does not exist, was used, or is too old."
)
SET_UP_DONE = ErrorCode("set_up_done", Kind.NOT_FOUND, "Roster is set up already.")
CODE_NEEDED = ErrorCode("code_needed", Kind.UNAUTHENTICATED, "The code of your authenticator app is needed.")
WRONG_CODE = ErrorCode("wrong_code", Kind.INVALID, "This code is not good, or no longer.")
IDEMPOTENCY_KEY_REUSED = ErrorCode(
    "idempotency_key_reused", Kind.INVALID, "This Idempotency-Key came before, with another request."
)
TOO_MANY_REQUESTS = ErrorCode("too_many_requests", Kind.TOO_MANY, "Too many requests; slow down.")
LOCKED_OUT = ErrorCode("locked_out", Kind.TOO_MANY, "Too many wrong attempts; try again later.")
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
