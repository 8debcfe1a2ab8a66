"""The one way in for text: NFC, bounded, and nothing in it that can't be shown or stored."""

from typing import Any

from marshmallow import ValidationError, fields
from typing_extensions import override

from roster import clean_text
from roster.normal_form import KEY_LIMIT, name_key
from roster.schemas.fields.short_way import NOT_SO

REFUSED = r"\u0000-\u001F\u007F-\u009F\uFDD0-\uFDEF\uFFFE\uFFFF"
"""What `clean_text.is_refused` is about, as far as a regular expression of every language can say it."""
SHORT, FILLED = rf"^[^{REFUSED}]*$", rf"^[^{REFUSED}]*[^{REFUSED}\s][^{REFUSED}]*$"
LONG = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFDD0-\uFDEF\uFFFE\uFFFF]*$"


def clean(value: str, *, long: bool = False) -> str:
    """Return the text in NFC, without white space around it.

    Raises:
        ValidationError: it has control characters (line breaks are welcome in long text), surrogates or noncharacters.
    """
    try:
        return clean_text.clean(value, of_lines=long)
    except ValueError as error:
        raise ValidationError(str(error)) from None


class Text(fields.String):
    """Text of bounded length (characters), cleaned. "" becomes None where None is allowed; `filled` refuses it.

    White space around it counts for its length, so that the description, which can't say otherwise, is true.
    """

    def __init__(self, *, longest: int = 255, long: bool = False, filled: bool = False, **options: Any) -> None:
        filled = filled or options.get("required", False)
        shape = {"minLength": 1, "pattern": FILLED} if filled else {"pattern": LONG if long else SHORT}
        metadata = {"maxLength": longest} | shape | options.pop("metadata", {})
        super().__init__(metadata=metadata, **options)
        self.longest = longest
        self.long = long
        self.filled = filled

    @override
    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **options: Any) -> Any:
        """Return the text as it is kept: at once where there is nothing to clean, as in nearly all."""
        kept = self.as_it_is(value)
        return super().deserialize(value, attr, data, **options) if kept is NOT_SO else kept

    def as_it_is(self, value: Any) -> Any:
        """Return the text where there is nothing to clean, and None where that is allowed; else NOT_SO."""
        return value if not self.validators and self._is_clean(value) else NOT_SO

    def _is_clean(self, value: Any) -> bool:
        if value is None:
            return self.allow_none
        return (
            type(value) is str
            and value.isascii()
            and value.isprintable()
            and value == value.strip()
            and 0 < len(value) <= min(self.longest, KEY_LIMIT)
        )

    @override
    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = clean(value, long=self.long)
        if not text and self.allow_none:
            return None
        if self.filled and not name_key(text):
            raise ValidationError("Must not be empty.")
        if self._length(value, text) > self.longest:
            raise ValidationError(f"Longer than {self.longest} characters.")
        if not self.long and len(name_key(text).encode()) > max(KEY_LIMIT, self.longest):
            raise ValidationError(f"Longer than {self.longest} characters.")
        return text

    def _length(self, value: str, text: str) -> int:
        given = value.replace("\r\n", "\n") if self.long else value  # a browser counts a line break as one
        return max(len(given), len(text))
