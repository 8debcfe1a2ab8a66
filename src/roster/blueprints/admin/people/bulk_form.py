"""What can be done to many people at once."""

from collections.abc import Mapping

from flask_babel import lazy_gettext, ngettext

from roster.blueprints.admin import bulk_form
from roster.blueprints.admin.bulk_form import Kind
from roster.blueprints.admin.display import thousands
from roster.blueprints.admin.people.people_listing import PeopleListing

KINDS: Mapping[str, Kind] = {
    "suspend": Kind(
        lazy_gettext("Suspend"),
        "pause",
        lazy_gettext("Suspend these people?"),
        lazy_gettext("They stay in every list and group, and applications see that they are not active."),
        has_reason=True,
    ),
    "activate": Kind(
        lazy_gettext("Activate"),
        "play",
        lazy_gettext("Activate these people?"),
        lazy_gettext("Their suspension ends at once."),
    ),
    "add": Kind(
        lazy_gettext("Add to a group"),
        "plus",
        lazy_gettext("Add these people to a group?"),
        lazy_gettext("Who is in it already stays in it."),
        has_group=True,
    ),
    "remove": Kind(
        lazy_gettext("Remove from a group"),
        "minus",
        lazy_gettext("Remove these people from a group?"),
        lazy_gettext("Who is not in it stays as they are. Whoever is in it by way of another group stays so."),
        has_group=True,
    ),
    "delete": Kind(
        lazy_gettext("Delete"),
        "trash",
        lazy_gettext("Delete these people?"),
        lazy_gettext("They leave every list and application, and their user names are free at once."),
        is_dangerous=True,
    ),
    "restore": Kind(
        lazy_gettext("Restore"),
        "restore",
        lazy_gettext("Restore these people?"),
        lazy_gettext("They come back with their groups. Whoever's user name was taken meanwhile is skipped."),
    ),
}


class BulkForm(bulk_form.BulkForm):
    """What is to be done to many people."""

    LISTING = PeopleListing
    KINDS = KINDS
    RUN = "admin.bulk.run"

    def chosen(self, count: int) -> str:
        """Say how many people are meant."""
        return str(
            ngettext("%(count)s person is chosen.", "%(count)s people are chosen.", count, count=thousands(count))
        )
