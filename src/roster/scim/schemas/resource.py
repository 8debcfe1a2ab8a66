"""What every resource has (RFC 7643 §3, §3.1)."""

from roster.scim.schemas.definitions import Attribute

SCHEMAS = Attribute(
    "schemas",
    "reference",
    multi_valued=True,
    required=True,
    returned="always",
    reference_types=("uri",),
    description="The URNs of the schemas that the resource has attributes of.",
)
ID = Attribute(
    "id",
    case_exact=True,
    mutability="readOnly",
    returned="always",
    uniqueness="server",
    description="The identifier that Roster gave; it never changes and is never given again.",
)
EXTERNAL_ID = Attribute("externalId", case_exact=True, description="The identifier that the provisioning client gave.")
META = Attribute(
    "meta",
    "complex",
    mutability="readOnly",
    description="What Roster notes about the resource.",
    sub_attributes=(
        Attribute("resourceType", case_exact=True, mutability="readOnly", description="The kind of resource."),
        Attribute("created", "dateTime", mutability="readOnly", description="When it was made."),
        Attribute("lastModified", "dateTime", mutability="readOnly", description="When it was last changed."),
        Attribute(
            "location",
            "reference",
            case_exact=True,
            mutability="readOnly",
            reference_types=("uri",),
            description="Its address.",
        ),
        Attribute("version", case_exact=True, mutability="readOnly", description="Its version, the same as its ETag."),
    ),
)
COMMON = (SCHEMAS, ID, EXTERNAL_ID, META)
