"""What PATCH does to a user (RFC 7644 §3.5.2), as plainly as can be: one dict of single values, one list per plural.

It shares nothing with the implementation, not even the shape of its data, and knows only what the random operations of
`test_patch_properties` are made of.
"""

from dataclasses import dataclass
from typing import Any

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PLURALS = ("emails", "roles")
USUAL = {"emails": ("work", "home", "other")}


class Refused(Exception):  # noqa: N818 - what it is, not an error of ours
    """The code of the failure that has to come."""


@dataclass(frozen=True)
class Step:
    """One operation: `where` is a single value's full path, or a plural; `chosen` the type that its filter asks for."""

    op: str
    where: str
    value: Any = None
    chosen: str | None = None
    sub: str | None = None

    def path(self) -> str:
        condition = f'[type eq "{self.chosen}"]' if self.chosen else ""
        return f"{self.where}{condition}" + (f".{self.sub}" if self.sub else "")

    def body(self) -> dict[str, Any]:
        return {"op": self.op, "path": self.path(), **({} if self.op == "remove" else {"value": self.value})}


def flat(document: dict[str, Any]) -> dict[str, Any]:
    """The document as the oracle has it."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name == ENTERPRISE:
            found |= {f"{name}:{inner}": part for inner, part in flat(value).items()}
        elif isinstance(value, dict):
            found |= {f"{name}.{inner}": part for inner, part in value.items()}
        elif name != "schemas" and value is not None:
            found[name] = value
    return found


def patched(document: dict[str, Any], steps: list[Step], *, strict: bool) -> dict[str, Any]:
    state = flat(document)
    for step in steps:
        if step.where in PLURALS:
            state[step.where] = plural([dict(item) for item in state.get(step.where, [])], step, strict=strict)
        elif step.op == "remove" and step.where == "userName":
            raise Refused("mutability")
        else:
            state[step.where] = None if step.op == "remove" else step.value
    if not state.get("userName"):
        raise Refused("invalid_value")
    for name in PLURALS:
        state[name] = [item for item in state.get(name, []) if item.get("value")]
    return {name: value for name, value in state.items() if value not in (None, [])}


def plural(items: list[dict[str, Any]], step: Step, *, strict: bool) -> list[dict[str, Any]]:
    if step.chosen is None:
        return whole(items, step)
    hits = [item for item in items if item.get("type") == step.chosen]
    if not hits and (strict or (step.op == "replace" and not is_usual(step))):
        raise Refused("no_target")
    if step.op == "remove":
        return removed(items, hits, step)
    if not hits:
        hits = [{"type": step.chosen}]
        items += hits
    for item in hits:
        write(item, step, strict=strict)
    return one_primary(items, hits)


def is_usual(step: Step) -> bool:
    return step.where not in USUAL or step.chosen in USUAL[step.where]


def removed(items: list[dict[str, Any]], hits: list[dict[str, Any]], step: Step) -> list[dict[str, Any]]:
    if step.sub is None:
        return [item for item in items if item not in hits]
    for item in hits:
        item.pop(step.sub, None)
    return items


def write(item: dict[str, Any], step: Step, *, strict: bool) -> None:
    if step.sub:
        item[step.sub] = step.value
        return
    if step.op == "replace":
        item.clear()
        item.update({} if strict else {"type": step.chosen})
    item.update(step.value)


def whole(items: list[dict[str, Any]], step: Step) -> list[dict[str, Any]]:
    if step.op == "remove":
        return []
    if step.op == "replace":
        return [dict(item) for item in step.value]
    hits = []
    for new in step.value:
        same = [item for item in items if (item.get("value"), item.get("type")) == (new["value"], new.get("type"))]
        if same:
            same[0].update(new)
            hits.append(same[0])
        else:
            items.append(dict(new))
            hits.append(items[-1])
    return one_primary(items, hits)


def one_primary(items: list[dict[str, Any]], hits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    new = next((item for item in hits if item.get("primary")), None)
    for item in items:
        if new is not None and item is not new and item.get("primary"):
            item["primary"] = False
    return items
