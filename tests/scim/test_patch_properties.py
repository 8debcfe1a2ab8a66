"""PATCH on random documents: it agrees with the oracle, changes nothing that it was given, and never breaks."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from roster.errors import AppException
from roster.scim import document, patch
from roster.scim.attributes import GROUP, PATCH_URN, USER, ResourceType
from tests.scim.patch_oracle import ENTERPRISE, Refused, Step, flat, patched

BOUNDED = settings(max_examples=400, deadline=None, derandomize=True, database=None)
SHORT = st.sampled_from(["a", "b", "c"])
TYPES = ["work", "home", "unheard-of"]
SINGLES = ["userName", "nickName", "title", "name.givenName", "name.familyName"]
EXTENDED = [f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager.value"]
ITEMS = st.fixed_dictionaries(
    {"value": SHORT}, optional={"type": st.sampled_from(TYPES), "primary": st.booleans(), "display": SHORT}
)


def _listed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Such lists as may come: each pair of value and type once, one primary at most."""
    once = {(item["value"], item.get("type")): item for item in items}.values()
    first = next((item for item in once if item.get("primary")), None)
    return [{**item, "primary": item is first} if "primary" in item else item for item in once]


LISTS = st.lists(ITEMS, max_size=3).map(_listed)
PLURAL = st.sampled_from(["emails", "roles"])
SUBS = st.one_of(st.tuples(st.sampled_from(["value", "display"]), SHORT), st.tuples(st.just("primary"), st.booleans()))
OPS = st.sampled_from(["add", "replace", "remove"])
STEPS = st.one_of(
    st.builds(Step, OPS, st.sampled_from(SINGLES + EXTENDED), SHORT | st.none()),
    st.builds(Step, OPS, PLURAL, LISTS),
    st.builds(Step, OPS, PLURAL, ITEMS, st.sampled_from(TYPES)),
    st.builds(
        lambda op, where, kind, sub: Step(op, where, sub[1], kind, sub[0]), OPS, PLURAL, st.sampled_from(TYPES), SUBS
    ),
)
DOCUMENTS = st.fixed_dictionaries(
    {"userName": SHORT},
    optional={
        "title": SHORT,
        "name": st.fixed_dictionaries({"givenName": SHORT}),
        "emails": LISTS,
        "roles": LISTS,
        ENTERPRISE: st.fixed_dictionaries({"department": SHORT}, optional={"manager": st.just({"value": "a"})}),
    },
)
ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        *("userName", "NAME", "name.givenName", "emails", "members", "groups", "id", "meta", "schemas", "active"),
        *("addresses", "x509Certificates", "externalId", "password", "manager", ENTERPRISE, f"{ENTERPRISE}:manager"),
        *('emails[type eq "work"]', 'emails[primary eq "True"].value', 'members[value eq "a"]', "emails.value", "x"),
    ]
)
PARTS = st.sampled_from(["value", "type", "$ref", "primary", "display", "givenName", "department", "x"])
NESTED = (
    ANY_JSON | st.dictionaries(PARTS, ANY_JSON, max_size=3) | st.lists(st.dictionaries(PARTS, ANY_JSON), max_size=3)
)
BODIES = ANY_JSON | st.dictionaries(NAMES, NESTED, max_size=5).map(lambda body: {"userName": "a", **body})
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "remove"]) | ANY_JSON},
    optional={"path": NAMES | ANY_JSON, "value": NESTED | BODIES},
)
REQUESTS = ANY_JSON | st.fixed_dictionaries(
    {"schemas": st.just([PATCH_URN])}, optional={"Operations": st.lists(OPERATIONS | ANY_JSON, max_size=4)}
)
RESOURCE_TYPES = st.sampled_from([USER, GROUP])


def _outcome(before: dict[str, Any], steps: list[Step], *, strict: bool) -> dict[str, Any] | str:
    body = {"schemas": [PATCH_URN], "Operations": [step.body() for step in steps]}
    try:
        return flat(patch.apply(USER, before, patch.operations(body, USER, strict=strict)))
    except AppException as error:
        return error.error.code


def _expected(before: dict[str, Any], steps: list[Step], *, strict: bool) -> dict[str, Any] | str:
    try:
        return patched(before, steps, strict=strict)
    except Refused as refusal:
        return str(refusal)


@given(DOCUMENTS, st.lists(STEPS, min_size=1, max_size=6), st.booleans())
@BOUNDED
def test_random_operations_agree_with_the_oracle(body: dict[str, Any], steps: list[Step], strict: bool) -> None:
    before = document.read(USER, body, strict=False)
    untouched = copy.deepcopy(before)

    outcome = _outcome(before, steps, strict=strict)

    assert outcome == _expected(before, steps, strict=strict)
    assert before == untouched


@given(RESOURCE_TYPES, BODIES, st.booleans())
@BOUNDED
def test_any_body_is_read_or_refused_and_stays_as_it_is(resource_type: ResourceType, body: Any, strict: bool) -> None:
    untouched = copy.deepcopy(body)

    try:
        found = document.read(resource_type, body, strict=strict)
    except AppException:
        found = None

    assert repr(body) == repr(untouched)
    if found is not None:
        whole = {"schemas": [resource_type.schema.id], **found}
        assert document.read(resource_type, whole, strict=True) == found


@given(RESOURCE_TYPES, REQUESTS, st.booleans())
@BOUNDED
def test_any_patch_is_done_or_refused_and_stays_as_it_is(resource_type: ResourceType, body: Any, strict: bool) -> None:
    untouched = copy.deepcopy(body)
    before = {"userName": "a", "displayName": "b", "emails": [{"value": "a", "type": "work"}]}

    try:
        others, _ = patch.member_changes(patch.operations(body, resource_type, strict=strict))
        after = patch.apply(resource_type, before, others)
    except AppException:
        after = before

    assert after.get("userName")
    assert repr(body) == repr(untouched)
