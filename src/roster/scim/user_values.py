"""A user as SCIM says it, and as the columns of a table have it: the same, there and back."""

from collections.abc import Mapping
from typing import Any

from roster.scim.attributes import ENTERPRISE_URN, USER
from roster.scim.document import schemas_of

TEXTS = {"user_name": "userName", "title": "title", "external_id": "externalId"}
NAMES = {"given_name": "givenName", "family_name": "familyName"}
UNASSIGNED = "unassigned"
IN_COLUMNS = frozenset(
    {UNASSIGNED, *TEXTS.values(), "name", "active", "emails", "schemas", "id", "groups", "meta", ENTERPRISE_URN}
)


def to_columns(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a user's columns by name, each of them: what the document does not have is None, `active` is true.

    Where `active` is None it was removed: the user is active, and `profile` says under UNASSIGNED that nobody says so.

    `display_name` is the one that the provider chose, or None; `profile` has all that has no column, as SCIM names it,
    the display name once more (so that one that was chosen is told from one that follows), and the manager;
    `manager` is that value alone.
    """
    name, enterprise = document.get("name", {}), document.get(ENTERPRISE_URN, {})
    return {
        **{column: document.get(attribute) for column, attribute in TEXTS.items()},
        **{column: name.get(attribute) for column, attribute in NAMES.items()},
        "display_name": document.get("displayName"),
        "department": enterprise.get("department"),
        "active": document.get("active") is not False,
        "emails": [_email(email) for email in document.get("emails", [])],
        "manager": enterprise.get("manager", {}).get("value"),
        "profile": _profile(document, name, enterprise),
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
        **{attribute: columns[column] for column, attribute in TEXTS.items()},
        **{name: value for name, value in profile.items() if name not in IN_COLUMNS},
        "name": _filled(
            {**profile.get("name", {}), **{attribute: columns[column] for column, attribute in NAMES.items()}}
        ),
        "displayName": display_name,
        "active": None if columns["active"] and "active" in profile.get(UNASSIGNED, []) else columns["active"],
        "emails": [_filled(email) for email in columns["emails"]],
        ENTERPRISE_URN: _filled({**profile.get(ENTERPRISE_URN, {}), "department": columns["department"]}),
    }
    filled = _filled(document)
    return {"schemas": schemas_of(USER, filled), **filled}


def _profile(document: Mapping[str, Any], name: Mapping[str, Any], enterprise: Mapping[str, Any]) -> dict[str, Any]:
    rest = {attribute: value for attribute, value in document.items() if attribute not in IN_COLUMNS}
    rest["name"] = {part: value for part, value in name.items() if part not in NAMES.values()}
    manager = _filled({"value": enterprise.get("manager", {}).get("value")})
    rest[ENTERPRISE_URN] = _filled({**enterprise, "department": None, "manager": manager})
    rest[UNASSIGNED] = ["active"] if document.get("active", True) is None else []
    return _filled(rest)


def _email(email: Mapping[str, Any]) -> dict[str, Any]:
    parts = {part: email.get(part) for part in ("value", "type", "display")}
    return parts | {"primary": email.get("primary", False)}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], {})}
