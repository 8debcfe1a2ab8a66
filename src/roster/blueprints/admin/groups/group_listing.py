"""One view of the groups: all that narrows, sorts and pages it is in the URL."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate

from roster.blueprints.admin.listing import Listing
from roster.schemas.groups import GroupQuery

SAID: Mapping[str, Mapping[str, str]] = {
    "members": {"with": "members pr", "without": "not (members pr)"},
    "origin": {"provider": "external_id pr", "local": "not (external_id pr)"},
}
"""What each chip says, in the language of the API's filter."""


class ChipQuery(GroupQuery):
    """Which groups a page shows: what the API takes, and what chips stand for."""

    members = fields.String(validate=validate.OneOf(["", *SAID["members"]]))
    origin = fields.String(validate=validate.OneOf(["", *SAID["origin"]]))


@dataclass(frozen=True, slots=True)
class GroupListing(Listing):
    """One view of the groups."""

    ENDPOINT = "admin.groups.index"
    QUERY = ChipQuery()
    NAME = "groups"
    COLUMNS = {  # noqa: RUF012 - a constant of the class
        "description": lazy_gettext("Description"),
        "created_at": lazy_gettext("Created"),
        "updated_at": lazy_gettext("Updated"),
    }
    STATUSES = {"live": lazy_gettext("All groups"), "deleted": lazy_gettext("Deleted")}  # noqa: RUF012 - a constant of the class
    SORTS = {  # noqa: RUF012 - a constant of the class
        "display_name": lazy_gettext("Name"),
        "created_at": lazy_gettext("Created"),
        "updated_at": lazy_gettext("Updated"),
    }

    members: str = ""
    origin: str = ""

    def narrowed(self) -> dict[str, str]:
        """Return which groups the list finds, as `services.groups.count` takes it."""
        said = " and ".join(SAID[name][value] for name, value in self._chosen().items())
        return {"q": self.q, "status": self.status} | ({"filter": said} if said else {})

    def options(self) -> dict[str, Any]:
        """Return the arguments for `services.groups.search`."""
        return self.narrowed() | {"sort": self.sort, "after": self.after, "limit": self.limit}

    def offers(self) -> list[tuple[str, str, bool]]:
        """Return what the list can be narrowed to: words, the URL that does it (or undoes it), and whether it is so."""
        words = {
            ("members", "with"): _("With members"),
            ("members", "without"): _("Empty"),
            ("origin", "provider"): _("From a provider"),
            ("origin", "local"): _("Made here"),
        }
        chosen = self._chosen()
        return [
            (label, self.url(**{name: "" if chosen.get(name) == value else value}), chosen.get(name) == value)
            for (name, value), label in words.items()
        ]

    @property
    def filtered(self) -> bool:
        """Whether a chip narrows it."""
        return bool(self._chosen())

    def _chosen(self) -> dict[str, str]:
        mine = asdict(self)
        return {name: mine[name] for name in SAID if mine[name]}
