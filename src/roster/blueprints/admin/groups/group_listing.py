"""One view of the groups: all that narrows, sorts and pages it is in the URL."""

from flask_babel import lazy_gettext

from roster.blueprints.admin.listing import Listing
from roster.schemas.groups import GroupQuery


class GroupListing(Listing):
    """One view of the groups."""

    ENDPOINT = "admin.groups.index"
    QUERY = GroupQuery()
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
