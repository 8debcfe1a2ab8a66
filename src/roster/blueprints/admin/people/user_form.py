"""The form of a person: what is typed, row by row, and what it means."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple, Self

import orjson
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from roster.blueprints.admin.forms import VersionedForm, version_of
from roster.blueprints.languages.sentences import marked
from roster.errors import EXTERNAL_ID_TAKEN, STALE_VERSION, USER_NAME_TAKEN, USER_NOT_FOUND, AppException
from roster.models import User
from roster.models.user import default_display_name
from roster.schemas.reader import read_json

TEXTS = ("user_name", "given_name", "family_name", "display_name", "title", "department", "external_id")


class EmailRow(NamedTuple):
    """An e-mail address as it is typed; the first is the primary one."""

    value: str
    type: str = ""


class AttributeRow(NamedTuple):
    """An attribute as it is typed. What is not text (a number, a list) is shown as JSON, and read so again."""

    name: str
    value: str
    is_json: bool = False


class UserForm(VersionedForm):
    """The parts of the form by name, each in the form in which it is typed, so that two can be compared."""

    TOLD = {  # noqa: RUF012 - a constant of the class
        USER_NAME_TAKEN: "user_name",
        EXTERNAL_ID_TAKEN: "external_id",
        STALE_VERSION: "late",
        USER_NOT_FOUND: "deleted",
    }

    @classmethod
    def showing(cls, state: Mapping[str, Any], version: int = 0) -> Self:
        """Return the form that shows a user; a display name that follows the other names is left open."""
        texts = {name: state.get(name) or "" for name in TEXTS}
        if texts["display_name"] == _following_name(texts):
            texts["display_name"] = ""
        emails = [EmailRow(email["value"], email["type"] or "") for email in _primary_first(state.get("emails", ()))]
        attributes = [_attribute_row(name, value) for name, value in state.get("attributes", {}).items()]
        parts = texts | {"active": state.get("active", True), "emails": emails, "attributes": attributes}
        return cls(parts, version)

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> "UserForm":
        """Return the form as it was sent, without the rows that were left empty."""
        emails = (EmailRow(*row) for row in _rows(form, "email_value", "email_type"))
        attributes = _rows(form, "attribute_name", "attribute_value", "attribute_kind")
        typed = (AttributeRow(name, value.replace("\r\n", "\n"), kind == "json") for name, value, kind in attributes)
        parts: dict[str, Any] = {name: form.get(name, "") for name in TEXTS}
        parts["active"] = "active" in form
        parts["emails"] = [row for row in emails if row.value.strip()]
        parts["attributes"] = [row for row in typed if row.name.strip() or row.value.strip()]
        return cls(parts, version_of(form.get("version", "")))

    @property
    def following_name(self) -> str:
        """The display name that follows from the other names."""
        return _following_name(self.parts)

    def values(self, schema: Schema) -> dict[str, Any]:
        """Return what the form means, as services take it.

        Raises:
            ValidationError: naming what is wrong, by part and row.
        """
        emails = [row._asdict() | {"primary": place == 0} for place, row in enumerate(self.parts["emails"])]
        attributes = _attributes(self.parts["attributes"])
        loaded: dict[str, Any] = schema.load(self.parts | {"emails": emails, "attributes": attributes})
        return loaded

    def changes(self, shown: "UserForm", schema: Schema) -> dict[str, Any]:
        """Return only what was changed against the form that was shown.

        Raises:
            ValidationError: naming what is wrong, by part and row.
        """
        return {name: value for name, value in self.values(schema).items() if self.parts[name] != shown.parts[name]}


def state_of(user: User) -> dict[str, Any]:
    """Return a user's values as events record them."""
    plain = {name: getattr(user, name) for name in (*TEXTS, "active", "attributes")}
    return plain | {"emails": [email.as_given() for email in user.emails]}


def _following_name(texts: Mapping[str, Any]) -> str:
    return default_display_name(texts["given_name"], texts["family_name"], texts["user_name"])


def _primary_first(emails: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(emails, key=lambda email: not email["primary"])


def _attribute_row(name: str, value: Any) -> AttributeRow:
    if isinstance(value, str):
        return AttributeRow(name, value)
    return AttributeRow(name, orjson.dumps(value).decode(), is_json=True)


def _attributes(rows: Iterable[AttributeRow]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, row in enumerate(rows):
        name = row.name.strip()
        if not name:
            raise _refused(place, marked("Give it a name, or empty its value, too."))
        if name in found:
            raise _refused(place, marked("This name stands above already."))
        found[name] = _json(row.value, place) if row.is_json else row.value
    return found


def _refused(place: int, sentence: str) -> ValidationError:
    told = {"attributes": {place: [sentence]}}
    return ValidationError(told)


def _json(text: str, place: int) -> Any:
    try:
        return read_json(text.encode())
    except AppException as error:
        raise _refused(place, marked("Not good JSON.")) from error


def _rows(form: MultiDict[str, str], *names: str) -> Iterable[tuple[str, ...]]:
    """The rows of a table whose columns are repeated fields; where a column is short, its cells are empty."""
    columns = [form.getlist(name) for name in names]
    return zip_longest(*(column[: len(columns[0])] for column in columns), fillvalue="")
