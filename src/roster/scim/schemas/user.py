"""The core schema of users (RFC 7643 §4.1, §8.7.1)."""

from roster.scim.schemas.definitions import Attribute, Schema
from roster.scim.schemas.lists import labels, plural, text
from roster.scim.schemas.urns import USER_URN

_USER_NAME = Attribute(
    "userName", required=True, uniqueness="server", description="The name to sign in with, unique whatever its case."
)
_NAME = Attribute(
    "name",
    "complex",
    description="The parts of the person's name.",
    sub_attributes=(
        text("formatted", "The full name, as it is shown."),
        text("familyName", "The family name."),
        text("givenName", "The given name."),
        text("middleName", "The middle names."),
        text("honorificPrefix", "What stands before the name, like a title."),
        text("honorificSuffix", "What stands after the name."),
    ),
)
_ACTIVE = Attribute("active", "boolean", description="Whether the user may sign in; false suspends.")
_PASSWORD = Attribute(
    "password", mutability="writeOnly", returned="never", description="Accepted and dropped: Roster keeps none."
)
_PROFILE_URL = Attribute(
    "profileUrl", "reference", reference_types=("external",), description="A page about the person."
)
_ADDRESSES = Attribute(
    "addresses",
    "complex",
    multi_valued=True,
    description="Postal addresses.",
    sub_attributes=(
        text("formatted", "The whole address, as it is shown; it may have line breaks."),
        text("streetAddress", "Street, house number, box."),
        text("locality", "The city."),
        text("region", "The state or region."),
        text("postalCode", "The postal code."),
        text("country", "The country, two letters of ISO 3166-1."),
        *labels("work", "home", "other"),  # §8.7.1 has no `primary` here; the example of §8.3 has
    ),
)
_GROUPS = Attribute(
    "groups",
    "complex",
    multi_valued=True,
    mutability="readOnly",
    description="The groups that the user is in, directly or by way of others.",
    sub_attributes=(
        Attribute("value", mutability="readOnly", description="The id of the group."),
        Attribute(
            "$ref",
            "reference",
            mutability="readOnly",
            reference_types=("User", "Group"),
            description="The address of the group.",
        ),
        Attribute("display", mutability="readOnly", description="The name of the group."),
        Attribute(
            "type",
            mutability="readOnly",
            canonical_values=("direct", "indirect"),
            description="Whether the user is in the group itself.",
        ),
    ),
)

USER_SCHEMA = Schema(
    USER_URN,
    "User",
    "User Account",
    (
        _USER_NAME,
        _NAME,
        text("displayName", "The name to show."),
        text("nickName", "What the person is called casually."),
        _PROFILE_URL,
        text("title", "The job title."),
        text("userType", "How the person belongs to the organization, like Employee."),
        text("preferredLanguage", "The languages to write to the person in, as in Accept-Language."),
        text("locale", "How to write dates and numbers for the person."),
        text("timezone", "The time zone, by its name in the IANA database."),
        _ACTIVE,
        _PASSWORD,
        plural("emails", "E-mail addresses.", text("value", "The address."), "work", "home", "other"),
        plural(
            "phoneNumbers",
            "Telephone numbers.",
            text("value", "The number."),
            *("work", "home", "mobile", "fax", "pager", "other"),
        ),
        plural(
            "ims",
            "Instant messaging addresses.",
            text("value", "The address."),
            *("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
        ),
        plural(
            "photos",
            "Addresses of photos.",
            Attribute("value", "reference", reference_types=("external",), description="The address of the photo."),
            *("photo", "thumbnail"),
        ),
        _ADDRESSES,
        _GROUPS,
        plural("entitlements", "What the person is entitled to.", text("value", "The entitlement.")),
        plural("roles", "Who the person is, collectively.", text("value", "The role.")),
        plural(
            "x509Certificates",
            "Certificates of the person.",
            Attribute("value", "binary", description="The DER certificate in base64."),
        ),
    ),
)
