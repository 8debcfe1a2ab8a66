"""What text may be, through whichever door it comes: composed, and nothing in it that can't be shown or stored."""

import unicodedata

LINE_BREAKS = frozenset("\n\t")


def clean(value: str, *, of_lines: bool = False) -> str:
    """Return the text in NFC, without white space around it; where it is `of_lines`, with line breaks and tabs in it.

    Raises:
        ValueError: it has control characters, surrogates or noncharacters; the message names the first.
    """
    text = value.replace("\r\n", "\n") if of_lines else value
    if not text.isprintable():  # most are, and this is thirty times as fast
        for character in text:
            if is_refused(character) and not (of_lines and character in LINE_BREAKS):
                raise ValueError(f"Must not contain the character U+{ord(character):04X}.")
    return unicodedata.normalize("NFC", text).strip()


def is_refused(character: str) -> bool:
    """Tell whether a character is a control, half of a surrogate pair, or one that Unicode keeps for internal use."""
    code = ord(character)
    return unicodedata.category(character) in {"Cc", "Cs"} or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
