"""The one way in for text that comes over SCIM: NFC, bounded, and nothing in it that can't be shown or stored."""

import unicodedata

from roster.errors import INVALID_VALUE, AppException
from roster.normal_form import name_key
from roster.scim.attributes import Attribute

NAME_LENGTH = 255
EMAIL_LENGTH = 320
TYPE_LENGTH = 50
BINARY_LENGTH = 16_384
LONGEST = 2000
KEY_LIMIT = 1000
"""Bytes of a name's normal form: an index can't hold more than 2,704, and NFKC can make one character eighteen."""

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
    text = value.replace("\r\n", "\n") if of_lines else value
    if not text.isprintable():  # most are, and this is thirty times as fast
        for character in text:
            if _is_refused(character) and not (of_lines and character in "\n\t"):
                raise _refusal(where, f"Must not contain the character U+{ord(character):04X}.")
    return unicodedata.normalize("NFC", text).strip()


def longest_of(attribute: Attribute, where: str) -> int:
    """Return how many characters an attribute's value may have."""
    if attribute.name in NAMES:
        return NAME_LENGTH
    if attribute.type == "binary":
        return BINARY_LENGTH
    if where.startswith("emails") and attribute.name == "value":
        return EMAIL_LENGTH
    return TYPE_LENGTH if attribute.name == "type" else LONGEST


def _is_refused(character: str) -> bool:
    """Tell whether a character is a control, half of a surrogate pair, or one that Unicode keeps for internal use."""
    code = ord(character)
    return unicodedata.category(character) in {"Cc", "Cs"} or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _refusal(where: str, fault: str) -> AppException:
    return AppException(INVALID_VALUE, f"{where}: {fault}", fields={where: [fault]})
