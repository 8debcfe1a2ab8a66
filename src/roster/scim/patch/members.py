"""Operations on the members of a group: they are rows, so each change is told by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from roster.errors import MUTABILITY, AppException
from roster.scim.grammar import Comparison, Filter, Or
from roster.scim.patch.operations import Operation

Kind: TypeAlias = Literal["add", "remove", "replace", "clear"]


@dataclass(frozen=True, slots=True)
class MemberChange:
    """One step: add these members, remove these (or those that the filter finds), make these the only ones, or none.

    Ids are texts as they were sent, each once. A filter, with resolved names, is set only on a remove whose members
    it does not name by their ids.
    """

    kind: Kind
    members: tuple[str, ...] = ()
    filter: Filter | None = None


def member_changes(operations: Sequence[Operation]) -> tuple[list[Operation], list[MemberChange]]:
    """Return the operations that are not on members, and what the others do to them, in order.

    Raises:
        AppException: MUTABILITY: a member is added or removed, never changed (RFC 7643 §8.7.1).
    """
    others = [operation for operation in operations if operation.target.attribute.name != "members"]
    on_members = [operation for operation in operations if operation.target.attribute.name == "members"]
    return others, [change for operation in on_members for change in _changes(operation)]


def _changes(operation: Operation) -> list[MemberChange]:
    target, value = operation.target, operation.value
    if target.sub is not None:
        raise AppException(MUTABILITY, "Members are added and removed; none of them can be changed.")
    if target.filter is not None:
        return _filtered(operation, target.filter)
    if operation.op == "add":
        return [MemberChange("add", _ids(value))] if value else []
    if value is None or (operation.op == "replace" and not value):
        return [MemberChange("clear")]
    return [MemberChange("remove" if operation.op == "remove" else "replace", _ids(value))] if value else []


def _filtered(operation: Operation, condition: Filter) -> list[MemberChange]:
    named = _named(condition)
    given = _ids([operation.value]) if operation.value else ()
    if operation.op == "add":
        return [MemberChange("add", given or named)] if given or named else []
    gone = MemberChange("remove", named, None if named else condition)
    return [gone, MemberChange("add", given)] if operation.op == "replace" and given else [gone]


def _ids(items: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(item["value"]) for item in items if "value" in item))


def _named(condition: Filter) -> tuple[str, ...]:
    """Return the ids that a condition names, as `value eq "…" or value eq "…"`; none when it is of another kind."""
    match condition:
        case Comparison(path, "eq", str(wanted)) if path.name == "value":
            return (wanted,)
        case Or(left, right):
            one, other = _named(left), _named(right)
            return tuple(dict.fromkeys((*one, *other))) if one and other else ()
    return ()
