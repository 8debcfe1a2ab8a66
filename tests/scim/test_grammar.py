"""Filters and paths: every rule of RFC 7644 §3.4.2.2, what binds closer, and what is refused, with its place."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.errors import INVALID_FILTER, INVALID_PATH, AppException
from roster.scim.attributes import ENTERPRISE_URN, GROUP, USER, USER_URN
from roster.scim.grammar import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Not,
    Or,
    Present,
    ValuePath,
    parse_filter,
    parse_path,
    parse_sort,
    resolve,
    resolve_path,
)

BOUNDED = settings(max_examples=400, deadline=None, derandomize=True, database=None)
A, B, C = (Present(AttributePath(None, name)) for name in "abc")


def path(name: str, sub: str | None = None, schema: str | None = None) -> AttributePath:
    return AttributePath(schema, name, sub)


@pytest.mark.parametrize("operator", ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "Co"])
def test_every_operator_compares_in_any_case(operator: str) -> None:
    assert parse_filter(f'title {operator} "x"') == Comparison(path("title"), operator.lower(), "x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"x"', "x"),
        (r'"a \"b\" \\ \u00e9"', 'a "b" \\ é'),
        ('""', ""),
        ('"true"', "true"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("12", 12),
        ("-1.5e2", -150.0),
    ],
)
def test_values_are_those_of_json(value: str, expected: Any) -> None:
    assert parse_filter(f"title eq {value}") == Comparison(path("title"), "eq", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a pr", A),
        ("a PR", A),
        ("a pr and b pr", And(A, B)),
        ("a pr or b pr", Or(A, B)),
        ("a pr or b pr and c pr", Or(A, And(B, C))),
        ("a pr and b pr or c pr", Or(And(A, B), C)),
        ("(a pr or b pr) and c pr", And(Or(A, B), C)),
        ("not (a pr) and b pr", And(Not(A), B)),
        ("not(a pr and b pr)", Not(And(A, B))),
        ("NOT (a pr) OR b pr AND c pr", Or(Not(A), And(B, C))),
        ("not (not (a pr))", Not(Not(A))),
        ("a pr and not (b pr or c pr)", And(A, Not(Or(B, C)))),
        ("((a pr))", A),
        ("  ( a  pr )  ", A),
        ("(a pr)and(b pr)", And(A, B)),
        ("a pr and b pr and c pr", And(And(A, B), C)),
        ("e[a pr]", ValuePath(path("e"), A)),
        ("e[a pr and (b pr or not (c pr))]", ValuePath(path("e"), And(A, Or(B, Not(C))))),
        ("e[a pr] and b pr", And(ValuePath(path("e"), A), B)),
        ("name.familyName pr", Present(path("name", "familyName"))),
        ("members.$ref pr", Present(path("members", "$ref"))),
        (f"{USER_URN}:userName pr", Present(path("userName", None, USER_URN))),
        (f"{ENTERPRISE_URN}:manager.value pr", Present(path("manager", "value", ENTERPRISE_URN))),
        (f"{USER_URN}:emails[a pr]", ValuePath(path("emails", None, USER_URN), A)),
    ],
)
def test_filters_are_read_as_the_rfc_says(text: str, expected: Filter) -> None:
    assert parse_filter(text) == expected


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),
        ("userName", 9),
        ("userName eq", 12),
        ("userName xx 1", 10),
        ("userName eq bjensen", 13),
        ("userName eq 'bjensen'", 13),
        ('userName eq "bjensen', 13),
        ("userName eq 01", 13),
        ("userName eq [1]", 13),
        ('userName eq "\\u0000"', 13),
        ('userName eq "\\ud800"', 13),
        ('userName eq "a" "b"', 17),
        ('userName eq "a" and', 20),
        ("and", 4),
        ('userName "a"', 10),
        ('"userName" eq "a"', 1),
        ("1name pr", 1),
        ("na:me pr", 1),
        ("a.b.c pr", 1),
        ("a. pr", 1),
        ("(a pr", 6),
        ("a pr)", 5),
        ("not a pr", 5),
        ("not", 4),
        ("emails[a pr", 12),
        ("emails[]", 8),
        ("emails[a pr].value", 19),
        ("emails[a pr].value.x pr", 13),
        ("a pr\nand b pr", 5),
        ("a eq 1" + " and a eq 1" * 3 + " or", 43),
    ],
)
def test_what_is_no_filter_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(AppException, match=rf"^At character {position}: ") as caught:
        parse_filter(text)

    assert caught.value.error is INVALID_FILTER


@pytest.mark.parametrize("compared", ['eq "x"', "PR", 'SW "x"'])
def test_what_stands_after_brackets_is_about_the_same_value(compared: str) -> None:
    assert parse_filter(f'emails[type eq "work"].value {compared}') == parse_filter(
        f'emails[type eq "work" and value {compared}]'
    )


def test_length_and_depth_are_bounded() -> None:
    longest = 'title eq "' + "x" * (4096 - 11) + '"'
    deepest = "(" * 32 + "a pr" + ")" * 32

    assert parse_filter(longest)
    assert parse_filter(deepest) == A
    for text in (longest + " ", longest.replace("x", "é", 1), f"({deepest})", "not (" * 33, "(" * 4096):
        with pytest.raises(AppException, match=r"Longer than|nested deeper"):
            parse_filter(text)


def test_the_longest_chain_is_read_resolved_and_shallow() -> None:
    found = resolve(parse_filter(" or ".join(["id pr"] * 450)), USER)

    assert depth(found) == 10


def depth(found: Filter) -> int:
    return 1 + max(depth(found.left), depth(found.right)) if isinstance(found, And | Or) else 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("userName", path("userName")),
        ("name.givenName", path("name", "givenName")),
        (f"{ENTERPRISE_URN}:manager", path("manager", None, ENTERPRISE_URN)),
        ("emails[a pr]", ValuePath(path("emails"), A)),
        ("emails[a pr].value", ValuePath(path("emails"), A, "value")),
        ("members[a pr].$ref", ValuePath(path("members"), A, "$ref")),
    ],
)
def test_paths_are_read_as_the_rfc_says(text: str, expected: Any) -> None:
    assert parse_path(text) == expected


def test_the_path_of_a_whole_extension_is_its_urn() -> None:
    found = parse_path(ENTERPRISE_URN)

    assert isinstance(found, AttributePath)
    assert found.whole == ENTERPRISE_URN
    assert found.text == ENTERPRISE_URN


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", INVALID_PATH),
        ("emails value", INVALID_PATH),
        ("emails[a pr]value", INVALID_PATH),
        ("emails[a pr].value.more", INVALID_PATH),
        ("emails[a pr].value more", INVALID_PATH),
        ("1", INVALID_PATH),
        ("a" * 4097, INVALID_PATH),
        ("emails[", INVALID_FILTER),
        ("emails[type]", INVALID_FILTER),
        ("emails[type eq work].value", INVALID_FILTER),
    ],
)
def test_what_is_no_path_is_refused_and_told_from_what_is_no_filter(text: str, error: Any) -> None:
    with pytest.raises(AppException) as caught:
        parse_path(text)

    assert caught.value.error is error


PIECES = [
    *("userName", "emails", "a.b", "eq", "pr", "and", "or", "not", "(", ")", "[", "]", '"x"', '"', "\\", "1", "true"),
    *("null", "urn:", USER_URN, ":", ".", "$ref", "meta.created", '"2011-05-13T04:42:34Z"', "é", "\ud800", "\0", "\t"),
]
READINGS: list[Callable[[str], Any]] = [
    lambda text: resolve(parse_filter(text), USER),
    lambda text: resolve(parse_filter(text), GROUP),
    lambda text: resolve_path(parse_path(text), USER),
    lambda text: parse_sort(text, GROUP),
]


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
@BOUNDED
def test_any_text_is_read_or_refused_in_a_sentence_that_can_be_sent(text: str) -> None:
    for read in READINGS:
        refusal = refused(read, text)

        assert refusal is None or refusal.error in (INVALID_FILTER, INVALID_PATH)
        assert refusal is None or refusal.message.encode()


def refused(read: Callable[[str], Any], text: str) -> AppException | None:
    try:
        read(text)
    except AppException as refusal:
        return refusal
    return None
