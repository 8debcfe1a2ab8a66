"""The one way in for text that comes over SCIM: NFC, bounded, and nothing in it that can't be shown or stored."""

from roster import clean_text
from roster.errors import INVALID_VALUE, AppException
from roster.normal_form import KEY_LIMIT, name_key
from roster.scim.attributes import Attribute

NAME_LENGTH = 255
EMAIL_LENGTH = 320
TYPE_LENGTH = 50
BINARY_LENGTH = 16_384
LONGEST = 2000

NAMES = frozenset(
    {"userName", "displayName", "familyName", "givenName", "title", "department", "externalId", "employeeNumber"}
)
OF_LINES = frozenset({"formatted", "streetAddress"})
"""What may have line breaks: addresses (RFC 7643 §4.1.2)."""


def bounded(attribute: Attribute, value: str, where: str) -> str:
    """Return the text in NFC, without white space around it.

    Raises:
        AppException: INVALID_VALUE, when it is too long or has control characters, surrogates or noncharacters.
    """
    text = clean(value, where, of_lines=attribute.name in OF_LINES or attribute.type == "binary")
    longest = longest_of(attribute, where)
    if len(text) > longest or (longest < LONGEST and len(name_key(text).encode()) > KEY_LIMIT):
        raise _refusal(where, f"Longer than {longest} characters.")
    return text


def clean(value: str, where: str, *, of_lines: bool = False) -> str:
    """Return the text in NFC, without white space around it, with or without line breaks in it.

    Raises:
        AppException: INVALID_VALUE, when it has control characters, surrogates or noncharacters.
    """
    try:
        return clean_text.clean(value, of_lines=of_lines)
    except ValueError as error:
        raise _refusal(where, str(error)) from None


def longest_of(attribute: Attribute, where: str) -> int:
    """Return how many characters an attribute's value may have."""
    if attribute.name in NAMES:
        return NAME_LENGTH
    if attribute.type == "binary":
        return BINARY_LENGTH
    if where.startswith("emails") and attribute.name == "value":
        return EMAIL_LENGTH
    return TYPE_LENGTH if attribute.name == "type" else LONGEST


def _refusal(where: str, fault: str) -> AppException:
    return AppException(INVALID_VALUE, f"{where}: {fault}", fields={where: [fault]})
