"""How an administrator likes the pages: language, time zone, page size, columns, keyboard."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self
from uuid import UUID

from roster.database import registry, transaction, transactional
from roster.repositories import orm


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an administrator prefers; None where they never said.

    `language` is a code as pages have them (`de`), `timezone` a name of the IANA's (`Europe/Berlin`), `page_size` rows
    a page. `columns` names the shown columns of a list (`users`, `groups`), `shortcuts` whether single keys do things.
    """

    language: str | None = None
    timezone: str | None = None
    page_size: int | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shortcuts: bool = True

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Return the preferences that were kept so; what is kept of another version of Roster is passed over."""
        return cls(**{one.name: kept[one.name] for one in fields(cls) if one.name in kept})


@transactional
def get(administrator_id: UUID) -> Preferences:
    """Return what the administrator prefers. Writes nothing.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND.
    """
    return Preferences.of(orm.administrators.by_id(registry(), administrator_id).preferences)


@transactional
def prefer(administrator_id: UUID, **changes: Any) -> Preferences:
    """Keep these preferences beside those kept before, and return all; None forgets one. Rolls back as one.

    `columns` is kept list by list: `columns={"users": ["email"]}` leaves those of groups as they are.

    Raises:
        AppException: ADMINISTRATOR_NOT_FOUND.
    """
    with transaction(registry()) as session:
        administrator = orm.administrators.by_id(session, administrator_id, for_update=True)
        before = asdict(Preferences.of(administrator.preferences))
        if "columns" in changes:
            changes["columns"] = before["columns"] | (changes["columns"] or {})
        after = Preferences(**before | changes)
        administrator.preferences = {name: value for name, value in asdict(after).items() if value not in (None, {})}
    return after
