"""The one reader of strangers' JSON."""

import pytest

from roster.errors import AppException
from roster.schemas.reader import MAX_DEPTH, read_json


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        (b' "\\ud83d\\udca9" ', "\U0001f4a9"),
        ('"é"'.encode(), "é"),
        (b'{"a": 1, "A": 2}', {"a": 1, "A": 2}),
        (b'"[[[[[\\"]]"', '[[[[["]]'),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (
            b"[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]",
            [[]] * 32,
        ),
    ],
)
def test_good_json_is_read(body: bytes, value: object) -> None:
    read = read_json(body)

    assert value is None or read == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "expecting value at line 1, column 1"),
        (b'{"a": 1,\n "b" 2}', "expecting ':' delimiter at line 2, column 6"),
        (b'{"a": 1, "b": 2, "a": 3}', "the member 'a' stands twice in one object"),
        (b"[NaN]", "NaN is not JSON"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b"\xef\xbb\xbf{}", "it begins with a byte order mark"),
        (b"9" * 5000, "a number has too many digits"),
        (b"[" * 31, "nested deeper than 30 levels"),
        (b'{"a":' * 31, "nested deeper than 30 levels"),
        (b'"\\"' + b"[" * 31, "unterminated string starting at at line 1, column 1"),
    ],
)
def test_what_is_wrong_is_said_and_where(body: bytes, why: str) -> None:
    with pytest.raises(AppException) as caught:
        read_json(body)

    assert caught.value.error.code == "malformed_request"
    assert caught.value.message == f"The body is not good JSON: {why}."
