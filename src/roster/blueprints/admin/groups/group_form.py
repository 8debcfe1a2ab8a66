"""The form of a group."""

from collections.abc import Mapping
from typing import Any, Self

from roster.blueprints.admin.forms import VersionedForm, version_of
from roster.errors import EXTERNAL_ID_TAKEN, GROUP_NAME_TAKEN, GROUP_NOT_FOUND, STALE_VERSION
from roster.models import Group
from roster.schemas.groups import GroupCreate

TEXTS = ("display_name", "description", "external_id")


class GroupForm(VersionedForm):
    """The parts of the form by name."""

    TOLD = {  # noqa: RUF012 - a constant of the class
        GROUP_NAME_TAKEN: "display_name",
        EXTERNAL_ID_TAKEN: "external_id",
        STALE_VERSION: "late",
        GROUP_NOT_FOUND: "deleted",
    }

    @classmethod
    def showing(cls, state: Mapping[str, Any], version: int = 0) -> Self:
        """Return the form that shows a group."""
        return cls({name: state.get(name) or "" for name in TEXTS}, version)

    @classmethod
    def sent(cls, form: Mapping[str, str]) -> Self:
        """Return the form as it was sent."""
        parts = {name: form.get(name, "").replace("\r\n", "\n") for name in TEXTS}
        return cls(parts, version_of(form.get("version", "")))

    def values(self) -> dict[str, Any]:
        """Return what the form means, as services take it.

        Raises:
            ValidationError: naming what is wrong, by part.
        """
        loaded: dict[str, Any] = GroupCreate().load(self.parts)
        return loaded

    def changes(self, shown: "GroupForm") -> dict[str, Any]:
        """Return only what was changed against the form that was shown.

        Raises:
            ValidationError: naming what is wrong, by part.
        """
        return {name: value for name, value in self.values().items() if self.parts[name] != shown.parts[name]}


def state_of(group: Group) -> dict[str, Any]:
    """Return a group's values as events record them."""
    return {name: getattr(group, name) for name in TEXTS}
