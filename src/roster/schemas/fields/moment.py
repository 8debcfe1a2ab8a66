"""Times on the wire."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields
from typing_extensions import override


class Moment(fields.DateTime):
    """A time in UTC, as `2026-03-01T12:00:00Z` (RFC 3339), whatever zone the database answers in."""

    @override
    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
