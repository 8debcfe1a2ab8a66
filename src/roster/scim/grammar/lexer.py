"""Text to tokens, each of which knows where it stands."""

import re
from dataclasses import dataclass
from typing import NoReturn

from roster.errors import AppException, ErrorCode

LONGEST = 4096
"""Bytes of a filter or path."""
_TOKEN = re.compile(r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[()\[\]])|(?P<word>[^\s()\[\]"]+)', re.DOTALL)
_SPACE = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: a quoted `text`, a `mark` (parenthesis or bracket), a `word`, or the `end`."""

    kind: str
    text: str
    position: int

    @property
    def lower(self) -> str:
        """The text, whatever its case was; nothing for a quoted one, which is never a keyword."""
        return "" if self.kind == "text" else self.text.lower()

    def __str__(self) -> str:
        shown = self.text[:40].encode("utf-8", "replace").decode()  # what can't be written as JSON, no error may hold
        return "the end" if self.kind == "end" else shown


def tokens(text: str, error: ErrorCode) -> list[Token]:
    """Return the tokens of the text, an `end` last.

    Raises:
        AppException: the given error, for what is too long, a quote without its partner, or another white space.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise AppException(error, f"Longer than {LONGEST} bytes.")
    found, position = [], _after_space(text, 0)
    while position < len(text):
        if (match := _TOKEN.match(text, position)) is None:
            fail(error, position, f"{text[position]!r} can't stand here")
        found.append(Token(str(match.lastgroup), match.group(), position))
        position = _after_space(text, match.end())
    return [*found, Token("end", "", len(text))]


def fail(error: ErrorCode, position: int, what: str) -> NoReturn:
    """Refuse the text: say where (characters, from 1), and what is wrong there."""
    raise AppException(error, f"At character {position + 1}: {what}.")


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
