"""What becomes of a user whom a line of an import speaks of."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from roster.models.base import NAME_LENGTH
from roster.models.user import default_display_name, derived, with_primary
from roster.normal_form import cell, name_key

PLAIN = ("user_name", "display_name", "given_name", "family_name", "title", "department", "active", "external_id")
_NOBODY: Mapping[str, Any] = dict.fromkeys(PLAIN) | {"active": True, "profile": {}}


@dataclass(frozen=True)
class Imported:
    """A user as a line wants them: what there was, under what the line gives.

    Args:
        number: the line's.
        organization_id: whose user it is.
        id: theirs, or a new one.
        version: the one that they had; None for a new user.
        state: what they are now, by field; `emails` as they are given.
        changes: field → [before, after]; none of a new user.
    """

    number: int
    organization_id: UUID
    id: UUID
    version: int | None
    state: Mapping[str, Any]
    changes: Mapping[str, list[Any]]

    @classmethod
    def of(cls, organization_id: UUID, number: int, values: Mapping[str, Any], row: Any) -> "Imported":
        """Return what becomes of the user in this row (None where there is nobody of the name)."""
        if row is None:
            return cls(number, organization_id, uuid7(), None, _new(values), {})
        before = _before(row)
        state = {**before, **{name: values[name] for name in PLAIN if name in values}}
        if "display_name" not in values and row.display_name == _default_name(before):
            state["display_name"] = None  # nobody chose it: it follows the other names
        state["display_name"] = state["display_name"] or _default_name(state)
        state["attributes"] = _attributes(before["attributes"], values.get("attributes") or {})
        state["emails"] = _emails(before["emails"], values)
        changes = {name: [before[name], value] for name, value in state.items() if before[name] != value}
        return cls(number, organization_id, row.id, row.version, state, changes)

    @property
    def is_new(self) -> bool:
        """Whether there was nobody of this name."""
        return self.version is None

    def prepare(self) -> "Imported":
        """Work out now what is to be written, if anything, and return the same; what is wrong comes out later."""
        if self.is_new or self.changes:
            with suppress(ValueError):
                _ = (self.row, self.emails, self.told)
        return self

    @property
    def kind(self) -> str:
        """What becomes of the line."""
        return "created" if self.is_new else "updated" if self.changes else "unchanged"

    @cached_property
    def told(self) -> dict[str, list[Any]]:
        """What an event tells: the changes from or to something."""
        if self.is_new:
            return {name: [None, value] for name, value in self.state.items() if value}
        return {name: change for name, change in self.changes.items() if any(change)}

    @cached_property
    def row(self) -> dict[str, Any]:
        """The user's columns, but for those that are the same in a whole import.

        Raises:
            ValueError: a text is longer than its column.
        """
        columns = {name: value for name, value in self.state.items() if name != "emails"}
        if any(len(columns[name] or "") > NAME_LENGTH for name in PLAIN if name != "active"):
            raise ValueError(f"Longer than {NAME_LENGTH} characters.")
        given = {"organization_id": self.organization_id, **columns}
        return {"id": self.id, **columns, **derived(given, self.state["emails"])}

    @cached_property
    def emails(self) -> list[dict[str, Any]]:
        """A row for each address, but for the organization."""
        return [
            {"user_id": self.id, "position": position, "value_key": name_key(email["value"]), **email}
            for position, email in enumerate(self.state["emails"])
        ]


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody new, as the line gives them."""
    state = {**_NOBODY, **values}
    state["emails"] = _emails([], values)
    state.pop("email", None)
    state["display_name"] = state["display_name"] or _default_name(state)
    given = values.get("attributes") or {}
    state["attributes"] = {name: value for name, value in given.items() if value is not None}
    return state


def _before(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*PLAIN, "attributes", "emails", "profile")}


def _default_name(names: Mapping[str, Any]) -> str:
    return default_display_name(names["given_name"], names["family_name"], names["user_name"])


def _emails(before: list[dict[str, Any]], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "emails" in values:
        return [{"type": None, "display": None, "primary": False} | email for email in values["emails"]]
    return with_primary(before, values["email"]) if "email" in values else before


def _attributes(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What there was, under what the line gives; an empty cell takes the attribute away."""
    new = {name: value for name, value in given.items() if before.get(name) != value and not _same(before, name, value)}
    return {name: value for name, value in {**before, **new}.items() if name not in new or value is not None}


def _same(before: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a cell says what is there: a number, or a list, that was exported comes back as text."""
    return isinstance(value, str | None) and cell(before.get(name)) == (value or "")
