"""A user as SCIM says it, and as the columns of a table have it: the same, there and back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from roster.scim.attributes import ENTERPRISE_URN, USER
from roster.scim.document import schemas_of

TEXTS = {"user_name": "userName", "title": "title", "external_id": "externalId"}
NAMES = {"given_name": "givenName", "family_name": "familyName"}
UNASSIGNED = "unassigned"
"""Under this, `profile` names what the columns have a value of though nobody gave one, so that nobody is shown it."""
IN_COLUMNS = frozenset(
    {UNASSIGNED, *TEXTS.values(), "name", "active", "emails", "schemas", "id", "groups", "meta", ENTERPRISE_URN}
)


def to_columns(document: Mapping[str, Any], *, active: bool | None = None) -> dict[str, Any]:
    """Return a user's columns by name, each of them: what the document does not have is None, `active` is true.

    `display_name` is the one that the provider chose, or None; `profile` has all that has no column, as SCIM names it,
    the display name once more (so that one that was chosen is told from one that follows), and the manager;
    `manager` is that value alone.

    Args:
        document: as `document.read` or `patch.apply` gives it.
        active: whether a user who is there already is active. They stay so where the document does not say, and
            `profile` notes under UNASSIGNED that nobody says so.
    """
    name, enterprise = document.get("name", {}), document.get(ENTERPRISE_URN, {})
    return {
        **{column: document.get(attribute) for column, attribute in TEXTS.items()},
        **{column: name.get(attribute) for column, attribute in NAMES.items()},
        "display_name": document.get("displayName"),
        "department": enterprise.get("department"),
        "active": _active(document, active),
        "emails": [_email(email) for email in document.get("emails", [])],
        "manager": enterprise.get("manager", {}).get("value"),
        "profile": _profile(document, name, enterprise) | _unassigned(document, active),
    }


def from_columns(columns: Mapping[str, Any], *, display_name: str | None) -> dict[str, Any]:
    """Return the SCIM document of a user's columns, with `schemas` and `id`, without `meta`, `groups` and any `$ref`.

    Args:
        columns: a row or the like, with its e-mails as value, type, display and primary of each.
        display_name: the one that somebody chose; None for one that only follows from the other names.
    """
    profile = columns["profile"]
    document = {
        "id": str(columns["id"]) if columns.get("id") else None,
        "userName": columns["user_name"],
        "externalId": columns["external_id"],
        "title": columns["title"],
        **{name: value for name, value in profile.items() if name not in IN_COLUMNS},
        "name": _filled(
            {**profile.get("name", {}), "givenName": columns["given_name"], "familyName": columns["family_name"]}
        ),
        "displayName": display_name,
        "active": None if _word(columns["active"]) in profile.get(UNASSIGNED, ()) else columns["active"],
        "emails": _as_said(columns["emails"], profile.get(UNASSIGNED, ())),
        ENTERPRISE_URN: _filled({**profile.get(ENTERPRISE_URN, {}), "department": columns["department"]}),
    }
    return {"schemas": schemas_of(USER, document), **_filled(document)}


def _profile(document: Mapping[str, Any], name: Mapping[str, Any], enterprise: Mapping[str, Any]) -> dict[str, Any]:
    rest = {attribute: value for attribute, value in document.items() if attribute not in IN_COLUMNS}
    rest["name"] = {part: value for part, value in name.items() if part not in NAMES.values()}
    manager = _filled({"value": enterprise.get("manager", {}).get("value")})
    rest[ENTERPRISE_URN] = _filled({**enterprise, "department": None, "manager": manager})
    return _filled(rest)


def _unassigned(document: Mapping[str, Any], active: bool | None) -> dict[str, list[str]]:
    """What the columns have and nobody said; it holds as long as they have it."""
    words = [_primary(place) for place, email in enumerate(document.get("emails", [])) if "primary" not in email]
    if active is not None and document.get("active") is None:
        words.append(_word(active))
    return {UNASSIGNED: words} if words else {}


def _active(document: Mapping[str, Any], active: bool | None) -> bool:
    said: bool | None = document.get("active")
    return active is not False if said is None else said


def _word(active: bool) -> str:
    return "active" if active else "suspended"


def _as_said(emails: Sequence[Mapping[str, Any]], unassigned: Collection[str]) -> list[dict[str, Any]]:
    """The addresses, without `primary` where nobody said anything of it: then it is false (RFC 7643 §2.4)."""
    return [
        _filled({**email, "primary": email["primary"] or (None if _primary(place) in unassigned else False)})
        for place, email in enumerate(emails)
    ]


def _primary(place: int) -> str:
    return f"emails[{place}].primary"


def _email(email: Mapping[str, Any]) -> dict[str, Any]:
    parts = {part: email.get(part) for part in ("value", "type", "display")}
    return parts | {"primary": email.get("primary", False)}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is not None or empty; a text may be, and false is as good as true."""
    return {name: value for name, value in values.items() if value or value in (False, "")}
