"""Pages and actions that can be gone to by what they are called."""

from collections.abc import Callable
from typing import NamedTuple

from flask import url_for
from flask_babel import lazy_gettext

from roster.blueprints.admin.visit import Visit


class Destination(NamedTuple):
    """A page or an action, what it is called, and who has it."""

    endpoint: str
    label: str
    icon: str
    is_open_to: Callable[[Visit], bool] = lambda _: True

    @property
    def url(self) -> str:
        """Where it is."""
        return url_for(self.endpoint)


def _writers(visit: Visit) -> bool:
    return visit.may_write


def _owners(visit: Visit) -> bool:
    return visit.is_owner


def _everywhere(visit: Visit) -> bool:
    return visit.home is None


DESTINATIONS = (
    Destination("admin.overview.show", lazy_gettext("Overview"), "chart"),
    Destination("admin.users.index", lazy_gettext("People"), "people"),
    Destination("admin.users.new", lazy_gettext("Add a person"), "plus", _writers),
    Destination("admin.groups.index", lazy_gettext("Groups"), "people"),
    Destination("admin.groups.new", lazy_gettext("New group"), "plus", _writers),
    Destination("admin.events.index", lazy_gettext("Events"), "clock"),
    Destination("admin.providers.index", lazy_gettext("Identity providers"), "plug"),
    Destination("admin.connections.new", lazy_gettext("Connect an identity provider"), "plus", _writers),
    Destination("admin.tokens.index", lazy_gettext("Tokens"), "key"),
    Destination("admin.tokens.new", lazy_gettext("Issue a token"), "plus", _writers),
    Destination("admin.bin.users", lazy_gettext("Bin"), "trash"),
    Destination("admin.settings.show", lazy_gettext("Settings"), "gear"),
    Destination("own.account.show", lazy_gettext("Account"), "person"),
    Destination("own.preferences.edit", lazy_gettext("Language and time zone"), "globe"),
    Destination("own.shortcuts.show", lazy_gettext("Keyboard shortcuts"), "keyboard"),
    Destination("admin.administrators.index", lazy_gettext("Administrators"), "people", _owners),
    Destination("admin.administrators.new", lazy_gettext("Invite an administrator"), "plus", _owners),
    Destination("admin.organizations.index", lazy_gettext("Organizations"), "house", _everywhere),
)


def matching(q: str, visit: Visit) -> list[Destination]:
    """Return what this administrator can go to, and what matches each word of the search."""
    words = q.casefold().split()
    found = (one for one in DESTINATIONS if all(word in str(one.label).casefold() for word in words))
    return [one for one in found if one.is_open_to(visit)]
