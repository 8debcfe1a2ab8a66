"""Sentences that are written in English far from any page (failures, rules of schemas), in the reader's language.

What a sentence says of one case (a number, a name) is found in it by its pattern, and stands in the translation, too.
Programs are told the English ones: these are translated where a page shows them, and nowhere else.
"""

import re
from functools import cache

from flask_babel import gettext as _


def marked(sentence: str) -> str:
    """Return the sentence as it is; the extraction finds it by this."""
    return sentence


PATTERNS = (
    marked("Too many wrong attempts; try again in %(seconds)s s."),
    marked("Longer than %(count)s characters."),
    marked("Longer than %(count)s bytes."),
    marked("Nested deeper than %(count)s levels."),
    marked("Must have between %(least)s and %(most)s characters."),
    marked("Must not contain the character U+%(code)s."),
    marked("More than %(count)s addresses."),
    marked("Only a-z, 0-9 and hyphens inside, 63 at most."),
    marked("This is the address of a page; choose another one."),
    marked("Choose one."),
    # Why a line of a file can't be taken.
    marked("has %(count)s cells where the header has %(most)s."),
    marked("line %(number)s has the same user name."),
    marked("taken by another user."),
    marked("can't be stored as it is."),
    # What marshmallow says by itself.
    marked("Missing data for required field."),
    marked("Field may not be null."),
    marked("Invalid value."),
    marked("Invalid input type."),
    marked("Unknown field."),
    marked("Not a valid string."),
    marked("Not a valid integer."),
    marked("Not a valid boolean."),
    marked("Not a valid date."),
    marked("Not a valid datetime."),
    marked("Not a valid list."),
    marked("Not a valid UUID."),
    marked("String does not match expected pattern."),
    marked("Must be one of: %(choices)s."),
    marked("Must be greater than or equal to %(least)s and less than or equal to %(most)s."),
    marked("Longer than maximum length %(most)s."),
    marked("Shorter than minimum length %(least)s."),
    marked("Length must be between %(least)s and %(most)s."),
)
"""Those that are made of parts, or by others; whole ones (in `errors`, in schemas) are extracted where they stand."""
GAP = re.compile(r"%\\?\((\w+)\\?\)s")


def in_this_language(sentence: str) -> str:
    """Return the sentence in the reader's language; as it is where nobody translated it."""
    if not sentence:
        return ""  # to gettext, that is the name of the head of its catalogue
    for pattern, shape in shapes():
        if match := shape.fullmatch(sentence):
            return str(_(pattern, **match.groupdict()))
    return str(_(sentence))


@cache
def shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each pattern with the regular expression of the sentences that are made of it."""
    return tuple((pattern, re.compile(GAP.sub(r"(?P<\1>.+)", re.escape(pattern)), re.DOTALL)) for pattern in PATTERNS)
