"""One field of a person, edited in its place."""

from collections.abc import Mapping
from typing import Any

from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.timeline import LABELS
from roster.errors import EXTERNAL_ID_TAKEN, STALE_VERSION, USER_NAME_TAKEN, USER_NOT_FOUND
from roster.models import User
from roster.models.user import NAMES
from roster.schemas.users import UserChange

FIELDS: Mapping[str, str] = {name: LABELS[name] for name in (*NAMES, "title", "department", "external_id")}
"""What can be edited in its place; addresses and attributes have the whole form."""


class FieldForm(Form):
    """What was typed, and what stood there when the form was shown (`was`): who changes it meanwhile is not overrun."""

    TOLD = {  # noqa: RUF012 - a constant of the class
        USER_NAME_TAKEN: "user_name",
        EXTERNAL_ID_TAKEN: "external_id",
        STALE_VERSION: "late",
        USER_NOT_FOUND: "late",
    }

    def __init__(self, name: str, typed: str, was: str) -> None:
        super().__init__()
        self.name, self.typed, self.was = name, typed, was
        self.parts = {name: typed}

    @classmethod
    def showing(cls, name: str, user: User) -> "FieldForm":
        """Return the form that shows a field as it is."""
        return cls(name, text_of(user, name), text_of(user, name))

    def values(self) -> dict[str, Any]:
        """Return what is to be changed, as services take it.

        Raises:
            ValidationError: naming what is wrong.
        """
        loaded: dict[str, Any] = UserChange().load({self.name: self.typed})
        return loaded


def text_of(user: User, name: str) -> str:
    """Return a field as it stands in the form."""
    return getattr(user, name) or ""
