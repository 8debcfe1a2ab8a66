"""The forms in which names are compared, sorted and searched; the same in filters and in unique indexes."""

import unicodedata
from typing import Any

import orjson

KEY_LIMIT = 1000
"""Bytes of a name's normal form: a B-tree row holds 2,704 at most, and NFKC can make one character eighteen."""


def name_key(name: str) -> str:
    """Return the form in which two names are the same name: NFKC, case-folded, without what can't be seen.

    As toNFKC_Casefold (Unicode 3.13): zero-width characters and variation selectors would make look-alikes.
    """
    if name.isascii():  # as nearly all are, and nothing in it can be folded further
        return name.lower()
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", "".join(character for character in folded if not _is_ignorable(character)))


def _is_ignorable(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


def search_key(text: str) -> str:
    """Return the form in which text is searched and sorted: as `name_key`, and without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", name_key(text))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def folded(value: Any) -> Any:
    """Return a JSON value with every text in it as `name_key`, and without what is null or empty."""
    if isinstance(value, str):
        return name_key(value)
    if isinstance(value, list):
        return [folded(item) for item in value]
    if isinstance(value, dict):
        return {name: folded(item) for name, item in value.items() if item not in (None, [], {})}
    return value


def cell(value: Any) -> str:
    """Return a value as the text that stands for it in a table's cell: text as it is, the rest as JSON."""
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
