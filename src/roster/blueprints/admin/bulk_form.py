"""What is to be done to many at once: to whom, what, and with which group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from uuid import UUID

from flask import url_for
from marshmallow import EXCLUDE, Schema, fields, validate
from uuid_utils.compat import uuid7
from werkzeug.datastructures import MultiDict

from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.listing import Listing, asked
from roster.blueprints.languages.sentences import marked
from roster.errors import GROUP_NOT_FOUND, INVALID_INPUT, SELECTION_CHANGED, SELECTION_TOO_LARGE, AppException
from roster.schemas.fields.text import Text
from roster.services.operations.bulk import MOST, Scope


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be done: what the button says, its picture, and what the page asks."""

    label: str
    icon: str
    question: str
    explained: str
    has_group: bool = False
    has_reason: bool = False
    is_dangerous: bool = False


EXPORTS = ("csv", "jsonl")


class BulkQuery(Schema):
    """What a form about many people says, besides the view of the list that it came from."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = EXCLUDE

    kind = fields.String(required=True)
    ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST))
    everybody = fields.Boolean(load_default=False)
    group = Text(load_default="")
    reason = Text(longest=500, load_default="")
    expected = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(0, MOST))
    operation_id = fields.UUID(load_default=uuid7)


class BulkForm(Form):
    """The form, as it was sent: first from the list, then from the page that asks whether it is meant."""

    LISTING: ClassVar[type[Listing]]
    KINDS: ClassVar[Mapping[str, Kind]]
    RUN: ClassVar[str]
    """The endpoint that does it."""

    TOLD = {  # noqa: RUF012 - a constant of the class
        GROUP_NOT_FOUND: "group",
        SELECTION_CHANGED: "",
        SELECTION_TOO_LARGE: "",
    }

    def __init__(self, listing: Listing, parts: Mapping[str, Any]) -> None:
        super().__init__()
        self.listing = listing
        self.kind: str = parts["kind"]
        self.ids: list[UUID] = parts["ids"]
        self.everybody: bool = parts["everybody"]
        self.group: str = parts["group"]
        self.reason: str = parts["reason"]
        self.expected: int | None = parts["expected"]
        self.operation_id: UUID = parts["operation_id"]

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> Self:
        """Return the form as it was sent.

        Raises:
            AppException: INVALID_INPUT.
        """
        given: dict[str, Any] = dict(form.items())
        if given.get("kind") not in {*cls.KINDS, *EXPORTS}:
            unknown = {"kind": [marked("There is no such action.")]}
            raise AppException(INVALID_INPUT, fields=unknown)
        chosen: dict[str, Any] = {"ids": form.getlist("ids")}
        return cls(cls.LISTING.asked(given), asked(BulkQuery(), given | chosen, {}))

    @property
    def way(self) -> Kind:
        """What is to be done."""
        return self.KINDS[self.kind]

    @property
    def scope(self) -> Scope:
        """To whom."""
        return Scope(search=self.listing.narrowed()) if self.everybody else Scope(tuple(self.ids))

    @property
    def is_empty(self) -> bool:
        """Whether nobody was chosen."""
        return not self.everybody and not self.ids

    @property
    def run_url(self) -> str:
        """Where the answer goes."""
        return url_for(self.RUN)

    def chosen(self, count: int) -> str:
        """Say how many are meant."""
        raise NotImplementedError
