"""What a filter may name of groups: the members of their document, and who is in them."""

from roster.models import Group
from roster.repositories.core.listing.fields import Field, Fields
from roster.repositories.core.terms.groups import Members
from roster.scim.sql import Identifier, Moment, Terms, Text
from roster.scim.sql.terms import exact

GROUP_FIELDS = Fields(
    {
        **dict.fromkeys(("id", "display_name", "external_id"), Field()),
        "members": Field(parts={name: Field() for name in ("value", "display", "type")}),
        **dict.fromkeys(("created_at", "updated_at"), Field("moment")),
    },
    Terms(
        {
            "id": Identifier(Group.id),
            "display_name": Text(Group.display_name_key),
            "external_id": Text(Group.external_id, exact),
            "created_at": Moment(Group.created_at),
            "updated_at": Moment(Group.updated_at),
        },
        {"members": Members()},
    ),
)
"""`members` are those who are directly in the group, users and groups."""
