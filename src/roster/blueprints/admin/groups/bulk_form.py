"""What can be done to many groups at once."""

from collections.abc import Mapping

from flask_babel import lazy_gettext, ngettext

from roster.blueprints.admin import bulk_form
from roster.blueprints.admin.bulk_form import Kind
from roster.blueprints.admin.display import thousands
from roster.blueprints.admin.groups.group_listing import GroupListing

KINDS: Mapping[str, Kind] = {
    "groups.delete": Kind(
        lazy_gettext("Delete"),
        "trash",
        lazy_gettext("Delete these groups?"),
        lazy_gettext("Their members stay, but are in them no longer, and their names are free at once."),
        is_dangerous=True,
    ),
    "groups.restore": Kind(
        lazy_gettext("Restore"),
        "restore",
        lazy_gettext("Restore these groups?"),
        lazy_gettext("They come back with their members. Those whose name was taken meanwhile are skipped."),
    ),
}


class BulkForm(bulk_form.BulkForm):
    """What is to be done to many groups."""

    LISTING = GroupListing
    KINDS = KINDS
    RUN = "admin.group_bulk.run"

    def chosen(self, count: int) -> str:
        """Say how many groups are meant."""
        return str(
            ngettext("%(count)s group is chosen.", "%(count)s groups are chosen.", count, count=thousands(count))
        )
