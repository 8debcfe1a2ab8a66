"""One view of the people: all that narrows, sorts and pages it is in the URL."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from roster.blueprints.admin.listing import Listing
from roster.schemas.fields.text import Text
from roster.schemas.users import UserQuery


class PeopleQuery(UserQuery):
    """Which people a page shows: what the API takes, and what chips stand for."""

    filter = Text(longest=4000, load_default="")
    department = Text()
    provider = Text()
    account = fields.String(validate=validate.OneOf(["", "local"]))
    email = fields.String(validate=validate.OneOf(["", "with", "without"]))
    since = fields.Date(allow_none=True, load_default=None)


@dataclass(frozen=True, slots=True)
class PeopleListing(Listing):
    """One view of the people."""

    ENDPOINT = "admin.users.index"
    QUERY = PeopleQuery()
    NAME = "users"
    STATUSES = {  # noqa: RUF012 - a constant of the class
        "live": lazy_gettext("Everyone"),
        "active": lazy_gettext("Active"),
        "suspended": lazy_gettext("Suspended"),
        "deleted": lazy_gettext("Deleted"),
    }
    SORTS = {  # noqa: RUF012 - a constant of the class
        "display_name": lazy_gettext("Name"),
        "user_name": lazy_gettext("User name"),
        "created_at": lazy_gettext("Created"),
        "updated_at": lazy_gettext("Updated"),
    }
    COLUMNS = {  # noqa: RUF012 - a constant of the class
        "user_name": lazy_gettext("User name"),
        "email": lazy_gettext("E-mail"),
        "department": lazy_gettext("Department"),
        "status": lazy_gettext("Status"),
        "created_at": lazy_gettext("Created"),
        "updated_at": lazy_gettext("Updated"),
    }

    filter: str = ""
    department: str = ""
    provider: str = ""
    account: str = ""
    email: str = ""
    since: date | None = None

    def narrowed(self) -> dict[str, str]:
        """Return whom the list finds, as `services.users.count` takes it."""
        return {"q": self.q, "status": self.status} | ({"filter": said} if (said := self._said()) else {})

    def options(self) -> dict[str, Any]:
        """Return the arguments for `services.users.search`."""
        return self.narrowed() | {"sort": self.sort, "after": self.after, "limit": self.limit}

    def chips(self) -> list[tuple[str, str]]:
        """Return what the list is narrowed to besides words and status: each with the URL of the list without it."""
        words: Mapping[str, str] = {
            "department": _("Department: %(name)s", name=self.department),
            "provider": _("From: %(name)s", name=self.provider),
            "account": _("Local accounts"),
            "email": _("With an e-mail address") if self.email == "with" else _("Without an e-mail address"),
            "since": _("Created since %(day)s", day=self.since),
            "filter": _("Filter: %(text)s", text=self.filter),
        }
        plain, mine = asdict(type(self)()), asdict(self)
        return [(label, self.url(**{name: plain[name]})) for name, label in words.items() if mine[name] != plain[name]]

    def _said(self) -> str:
        """The filter, in the language of the API, that says what the chips say."""
        return " and ".join(self._terms())

    def _terms(self) -> Iterator[str]:
        if self.filter:
            yield f"({self.filter})"
        if self.department:
            yield f"department eq {_quoted(self.department)}"
        if self.provider:
            yield f"identity_provider eq {_quoted(self.provider)}"
        if self.account:
            yield "not (identity_provider pr)"
        if self.email:
            yield "email pr" if self.email == "with" else "not (email pr)"
        if self.since:
            yield f'created_at ge "{self.since.isoformat()}T00:00:00Z"'


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
