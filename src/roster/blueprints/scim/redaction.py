"""What of a body may be kept: everything but secrets, as long as it is not too long."""

import re
from typing import Any

import orjson

HIDDEN = "[hidden]"
LONGEST = 16_384
"""Bytes of a body that are kept."""
DEEPEST = 40
SECRETS = ("passw", "pwd", "secret", "token", "credential", "authorization", "apikey", "api_key")
SECRET = re.compile("|".join(SECRETS), re.IGNORECASE)
OURS = re.compile(r"roster_(api|scim)_[0-9a-f]+", re.IGNORECASE)
PARAMETER = re.compile(r"([?&][^=&]*(?:passw|pwd|secret|token|api_?key)[^=&]*=)[^&]*", re.IGNORECASE)
COMPARED = re.compile(r'(passw\w*\W+\w+\W+")(?:[^"\\]|\\.)*', re.IGNORECASE)
UNSTORED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Control characters: PostgreSQL's JSON has no NUL, and a page shows none of them."""
SUSPECT = (*(word.encode() for word in (*SECRETS, "roster_")), b"\\u", b"\x7f")
"""Without any of these, in any case, there is nothing in JSON that has to be hidden."""


def as_it_is(answered: bytes | int | None) -> orjson.Fragment | None:
    """Return JSON that Roster wrote as it may be kept, without reading it; None where something may be to hide."""
    if not answered or isinstance(answered, int):
        return None
    folded = answered.lower()
    return None if any(each in folded for each in SUSPECT) else orjson.Fragment(answered)


def body(sent: bytes | int | None) -> Any:
    """Return a body as it may be kept: JSON without secrets, or a note where it is none, or too long.

    Args:
        sent: the body; of one that is too long, how many bytes it had.
    """
    if not sent:
        return None
    if isinstance(sent, int):
        return {"note": f"Too long to keep: {sent:,} bytes."}
    try:
        return _shown(orjson.loads(sent), 0)
    except orjson.JSONDecodeError:
        return {"note": f"Not JSON: {len(sent):,} bytes."}


def path(asked: str) -> str:
    """Return a path with its query as it may be kept."""
    return _text(COMPARED.sub(rf"\1{HIDDEN}", PARAMETER.sub(rf"\1{HIDDEN}", asked)))


def _shown(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        return "[too deep]"
    if isinstance(value, dict):
        hides = _names_secret(value.get("path"))
        return {
            _text(name): HIDDEN if _is_hidden(name, inner, hides) else _shown(inner, depth + 1)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_shown(inner, depth + 1) for inner in value]
    return _text(value) if isinstance(value, str) else value


def _is_hidden(name: str, value: Any, hides_value: bool) -> bool:
    """Whether it is a secret: by its own name, or as the value of a PATCH whose path names one."""
    return value is not None and (_names_secret(name) or (hides_value and name.lower() == "value"))


def _names_secret(name: object) -> bool:
    return isinstance(name, str) and SECRET.search(name) is not None


def _text(text: str) -> str:
    return UNSTORED.sub("\N{REPLACEMENT CHARACTER}", OURS.sub(HIDDEN, text))
