"""Tokens to a tree: `not` binds closer than `and`, `and` closer than `or` (RFC 7644 §3.4.2.2)."""

import re
from collections.abc import Callable

import orjson

from roster.errors import INVALID_FILTER, INVALID_PATH, ErrorCode
from roster.scim.grammar.lexer import Token, fail, tokens
from roster.scim.grammar.tree import And, AttributePath, Comparison, Filter, Not, Or, Path, Present, Value, ValuePath

OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})
DEEPEST = 32
"""Parentheses and brackets inside each other."""
_NAME = r"[A-Za-z][A-Za-z0-9_-]*|\$ref"
_ATTRIBUTE = re.compile(rf"(?:(?P<schema>urn:\S+):)?(?P<name>{_NAME})(?:\.(?P<sub>{_NAME}))?", re.IGNORECASE | re.ASCII)
_SUB = re.compile(rf"\.(?P<sub>{_NAME})", re.IGNORECASE | re.ASCII)
_LITERALS: dict[str, Value] = {"true": True, "false": False, "null": None}


def parse_filter(text: str) -> Filter:
    """Return the filter that the text says; names as they were written, operators in lower case.

    Beyond the RFC's grammar, white space may be missing around parentheses, or be more than one space; and
    `emails[type eq "work"].value eq "x"`, as Entra asks, is understood as `emails[type eq "work" and value eq "x"]`.

    Raises:
        AppException: INVALID_FILTER, with the position; also for more than 4,096 bytes or 32 levels.
    """
    parser = _Parser(text, INVALID_FILTER)
    found = parser.disjunction()
    parser.end()
    return found


def parse_path(text: str) -> Path:
    """Return the path of a PATCH operation, or of `sortBy`, that the text says (RFC 7644 §3.5.2).

    A path that is only an extension's URN gives an AttributePath whose `whole` is that URN.

    Raises:
        AppException: INVALID_PATH, with the position; INVALID_FILTER for what is wrong between brackets.
    """
    parser = _Parser(text, INVALID_PATH)
    found = parser.path()
    parser.end()
    return found


class _Parser:
    """Recursive descent over tokens; the depth is counted, so the recursion is bounded."""

    def __init__(self, text: str, error: ErrorCode) -> None:
        self.error = error
        self._tokens = tokens(text, error)
        self._next = 0
        self._depth = 0

    def path(self) -> Path:
        path = self._attribute()
        if self._token.text != "[":
            return path
        found, token = self._values(path), self._token
        if token.kind == "end":
            return found
        if (match := _SUB.fullmatch(self._take().text)) is None:
            fail(self.error, token.position, f'a sub-attribute like ".value" belongs here, not {token}')
        return ValuePath(found.path, found.inner, match["sub"])

    def end(self) -> None:
        if self._token.kind != "end":
            fail(self.error, self._token.position, f"nothing more belongs here, but there is {self._token}")

    def disjunction(self) -> Filter:
        return self._chain("or", self._conjunction, Or)

    def _conjunction(self) -> Filter:
        return self._chain("and", self._term, And)

    def _chain(self, word: str, part: Callable[[], Filter], joined: type[And] | type[Or]) -> Filter:
        parts = [part()]
        while self._token.lower == word:
            self._take()
            parts.append(part())
        return _balanced(parts, joined)

    def _term(self) -> Filter:
        if self._token.text == "(":
            return self._nested("(", ")")
        if self._token.lower == "not":
            self._take()
            return Not(self._nested("(", ")"))
        return self._expression()

    def _nested(self, opening: str, closing: str) -> Filter:
        self._expect(opening)
        self._depth += 1
        if self._depth > DEEPEST:
            fail(INVALID_FILTER, self._token.position, f"nested deeper than {DEEPEST} levels")
        found = self.disjunction()
        self._depth -= 1
        self._expect(closing)
        return found

    def _expression(self) -> Filter:
        path = self._attribute()
        if self._token.text == "[":
            return self._narrowed(self._values(path))
        return self._compared(path)

    def _narrowed(self, found: ValuePath) -> ValuePath:
        match = _SUB.fullmatch(self._token.text)
        if match is None:
            return found
        sub = AttributePath(None, match["sub"], position=self._take().position)
        return ValuePath(found.path, And(found.inner, self._compared(sub)))

    def _compared(self, path: AttributePath) -> Filter:
        token = self._take()
        if token.lower == "pr":
            return Present(path)
        if token.lower not in OPERATORS:
            fail(self.error, token.position, f"an operator like eq belongs here, not {token}")
        return Comparison(path, token.lower, self._value())

    def _values(self, path: AttributePath) -> ValuePath:
        outer, self.error = self.error, INVALID_FILTER
        inner = self._nested("[", "]")
        self.error = outer
        return ValuePath(path, inner)

    def _attribute(self) -> AttributePath:
        token = self._take()
        match = _ATTRIBUTE.fullmatch(token.text) if token.kind == "word" else None
        if match is None:
            fail(self.error, token.position, f"the name of an attribute belongs here, not {token}")
        return AttributePath(match["schema"], match["name"], match["sub"], token.position)

    def _value(self) -> Value:
        token = self._take()
        if token.lower in _LITERALS:
            return _LITERALS[token.lower]
        try:
            value = orjson.loads(token.text)
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, str | int | float) or "\0" in str(value):
            fail(self.error, token.position, f"a value as in JSON belongs here, not {token}")
        return value

    def _expect(self, mark: str) -> None:
        token = self._take()
        if token.text != mark:
            fail(self.error, token.position, f"{mark} belongs here, not {token}")

    def _take(self) -> Token:
        token = self._token
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]


def _balanced(parts: list[Filter], joined: type[And] | type[Or]) -> Filter:
    """Join in halves: five hundred parts in a row are then nine levels, and nobody's recursion runs out."""
    if len(parts) == 1:
        return parts[0]
    middle = (len(parts) + 1) // 2
    return joined(_balanced(parts[:middle], joined), _balanced(parts[middle:], joined))
