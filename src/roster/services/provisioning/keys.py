"""What providers name things by: ids, and versions."""

from collections.abc import Collection
from uuid import UUID

from roster.errors import STALE_VERSION, AppException


def id_of(text: str) -> UUID | None:
    """Return the id that a text is, in either case; None where it is none: others' ids may be anything."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None


def demand_version(version: str, expected: Collection[str] | None) -> None:
    """Refuse to go on where one of other versions is expected; None expects none (RFC 7644 §3.14).

    Raises:
        AppException: STALE_VERSION.
    """
    if expected is not None and version not in expected:
        raise AppException(STALE_VERSION)
