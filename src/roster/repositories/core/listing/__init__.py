"""Which rows a list has, in which order: by words, status and filter; the same for users and for groups."""

from roster.repositories.core.listing.asked import Asked
from roster.repositories.core.listing.chosen import FORMS, MOST_COUNTED, count_of, ids_of, page_of
from roster.repositories.core.listing.group_fields import GROUP_FIELDS
from roster.repositories.core.listing.listing import Listing, Status
from roster.repositories.core.listing.user_fields import USER_FIELDS

__all__ = [
    "FORMS",
    "GROUP_FIELDS",
    "MOST_COUNTED",
    "USER_FIELDS",
    "Asked",
    "Listing",
    "Status",
    "count_of",
    "ids_of",
    "page_of",
]
