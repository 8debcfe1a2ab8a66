"""The one way in for text."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from roster.clean_text import is_refused
from roster.normal_form import KEY_LIMIT, cell, name_key, search_key
from roster.schemas.fields.text import Text, clean
from roster.schemas.users import Address

BOUNDED = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def test_white_space_around_a_text_is_not_part_of_it() -> None:
    assert clean("\u3000 Ada \u00a0") == "Ada"


def test_a_text_is_composed() -> None:
    assert clean("Zoe\u0308") == "Zoë"


def test_line_breaks_are_for_long_texts() -> None:
    assert clean("a\r\nb\n\tc", long=True) == "a\nb\n\tc"
    for text in ("a\rb", "a\0b"):
        with pytest.raises(ValidationError, match=r"U\+000"):
            clean(text, long=True)
    with pytest.raises(ValidationError, match=r"U\+000A"):
        clean("a\nb")


def test_what_is_refused_is_what_unicode_never_shows() -> None:
    refused = {code for code in range(sys.maxunicode + 1) if is_refused(chr(code))}

    controls = {*range(0x20), *range(0x7F, 0xA0)}
    surrogates = set(range(0xD800, 0xE000))
    noncharacters = {*range(0xFDD0, 0xFDF0), *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF))}
    assert refused == controls | surrogates | noncharacters


@given(st.text(max_size=50))
@BOUNDED
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    try:
        cleaned = clean(text, long=True)
    except ValidationError:
        return

    assert clean(cleaned, long=True) == cleaned
    assert cleaned.encode().decode() == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


@pytest.mark.parametrize("text", ["", " ", "\u3000"])
def test_nothing_is_none_where_none_is_allowed(text: str) -> None:
    assert Text(allow_none=True).deserialize(text) is None
    assert Text().deserialize(text) == ""
    with pytest.raises(ValidationError, match="Must not be empty"):
        Text(required=True).deserialize(text)


def test_a_text_has_a_longest_length() -> None:
    assert Text(longest=5).deserialize(" abc ") == "abc"
    assert Text(longest=3, long=True).deserialize("a\r\nb") == "a\nb"
    for text in ("abcd", "abc ", "\u0958\u0958"):  # white space counts, and NFC makes two of some
        with pytest.raises(ValidationError, match="Longer than 3"):
            Text(longest=3).deserialize(text)


def test_a_text_whose_normal_form_no_index_can_hold_is_too_long() -> None:
    assert len(name_key("ﷺ")) == 18
    with pytest.raises(ValidationError, match="Longer"):
        Text().deserialize("ﷺ" * 60)
    assert Text(longest=60, long=True).deserialize("ﷺ" * 60)


@given(st.text(max_size=255))
@BOUNDED
def test_the_normal_form_of_what_is_taken_fits_an_index(text: str) -> None:
    try:
        taken = Text().deserialize(text)
    except ValidationError:
        return

    assert len(name_key(taken).encode()) <= KEY_LIMIT


SAME = [("Straße", "STRASSE"), ("\ufb01sh", "FISH"), ("\uff21\uff24\uff21", "ada"), ("ΣΑΣ", "σας"), ("\u2460", "1")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_read_the_same_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_accents_matter_in_names_and_not_in_searches() -> None:
    assert name_key("Zoë") != name_key("Zoe")
    assert search_key("Zoë Åström") == search_key("zoe ASTROM")
    assert search_key("李小龍") == "李小龍"


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), ("", ""), (None, ""), (True, "true"), (1.5, "1.5"), ([1, "é"], '[1,"é"]'), ({}, "{}")],
)
def test_a_cell_holds_any_value_as_text(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize("name", ["\u200b", "\u00ad\u2060", "\ufe0f"])
def test_what_cannot_be_seen_is_no_name(name: str) -> None:
    with pytest.raises(ValidationError, match="empty"):
        Text(filled=True).deserialize(name)


def test_names_that_look_the_same_are_the_same() -> None:
    assert name_key("ad\u200ba") == name_key("ADA\ufe0f") == "ada"


def fits(field: Text, text: str) -> bool:
    said = field.metadata
    pattern = re.fullmatch(said["pattern"].removesuffix("$"), text)
    return said.get("minLength", 0) <= len(text) <= said["maxLength"] and pattern is not None


def taken(field: Text, text: str) -> bool:
    try:
        field.deserialize(text)
    except ValidationError:
        return False
    return True


def is_padded(field: Text, text: str) -> bool:
    """An address may have other white space around it than spaces."""
    return isinstance(field, Address) and text.strip() != text.strip(" ")


@given(
    text=st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=12) | st.text("a@ \t\n\x00", max_size=12)
)
@BOUNDED
def test_the_description_is_true(text: str) -> None:
    seen = name_key(text.strip()) or not text.strip()  # what nobody can see (U+200B) is more than a pattern can say
    for field in (Text(longest=9), Text(longest=9, long=True), Text(longest=9, filled=True), Address(required=True)):
        grows = len(unicodedata.normalize("NFC", text)) > len(text)
        assert fits(field, text) == taken(field, text) or not seen or grows or is_padded(field, text)
