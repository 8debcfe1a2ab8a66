"""The core schema of groups (RFC 7643 §4.2, §8.7.1)."""

from roster.scim.schemas.definitions import Attribute, Schema
from roster.scim.schemas.urns import GROUP_URN

_DISPLAY_NAME = Attribute(
    "displayName",
    required=True,  # so §4.2; the JSON of §8.7.1 says otherwise
    uniqueness="server",
    description="The name of the group, unique whatever its case.",
)
_MEMBERS = Attribute(
    "members",
    "complex",
    multi_valued=True,
    description="Who is in the group.",
    sub_attributes=(
        Attribute("value", mutability="immutable", description="The id of the member."),
        Attribute(
            "$ref",
            "reference",
            mutability="immutable",
            reference_types=("User", "Group"),
            description="The address of the member.",
        ),
        Attribute("display", mutability="readOnly", description="The name of the member."),
        Attribute(
            "type",
            mutability="immutable",
            canonical_values=("User", "Group"),
            description="The kind of member.",
        ),
    ),
)

GROUP_SCHEMA = Schema(GROUP_URN, "Group", "Group", (_DISPLAY_NAME, _MEMBERS))
