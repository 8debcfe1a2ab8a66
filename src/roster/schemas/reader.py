"""The one reader of strangers' JSON: UTF-8, bounded depth, no NaN, no duplicate members (RFC 8259, RFC 7493)."""

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from typing import Any, NoReturn

from roster.errors import MALFORMED_REQUEST, AppException

MAX_DEPTH = 30
# Possessive, and glad of a text that never ends: whatever is sent, each byte is looked at once.
BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def read_json(body: bytes) -> Any:
    """Return the value in the body.

    Raises:
        AppException: MALFORMED_REQUEST, saying what is wrong and where.
    """
    _refuse_depth(body)
    if body.startswith(BOM_UTF8):
        raise _malformed("it begins with a byte order mark")
    try:
        return DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _malformed(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"{error.msg.lower()} at line {error.lineno}, column {error.colno}") from None
    except ValueError:
        raise _malformed("a number has too many digits") from None


def _refuse_depth(body: bytes) -> None:
    """Refuse deep nesting before the parser recurses into it. Few brackets can't be deep, wherever they stand."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for match in BRACKETS.finditer(body):
        mark = match[0][:1]
        depth += (mark in b"[{") - (mark in b"]}")
        if depth > MAX_DEPTH:
            raise _malformed(f"nested deeper than {MAX_DEPTH} levels")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise _malformed(f"the member {twice[:100]!r} stands twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is not JSON")


def _malformed(why: str) -> AppException:
    return AppException(MALFORMED_REQUEST, f"The body is not good JSON: {why}.")


DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse_constant)
"""Made once: `json.loads` would make one for each body."""
