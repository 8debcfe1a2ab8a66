"""Users and groups as they go over the wire: what rows hold, with addresses and `meta` (RFC 7643 §3.1, §4)."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from roster.blueprints.scim.answers import base
from roster.models.user import chosen_display_name
from roster.scim.attributes import ENTERPRISE_URN, GROUP, USER, ResourceType
from roster.scim.user_values import from_columns

Tags = Collection[str] | None
"""Versions of which one must be the current one; None where any will do."""
ENDPOINTS = {each.name: each.endpoint for each in (USER, GROUP)}


def of_user(row: Row[Any]) -> dict[str, Any]:
    """Return a user as the provider sees them. There is no password: Roster keeps none."""
    columns = row._asdict()
    user = from_columns(columns, display_name=chosen_display_name(columns))
    if "manager" in user.get(ENTERPRISE_URN, {}):
        user[ENTERPRISE_URN]["manager"] = _manager(row, user[ENTERPRISE_URN]["manager"])
    if row.groups:
        groups = f"{base()}{GROUP.endpoint}"
        user["groups"] = [each | {"$ref": f"{groups}/{each['value']}"} for each in row.groups]
    return user | {"meta": _meta(USER, row, str(row.version), row.updated_at)}


def of_group(row: Row[Any]) -> dict[str, Any]:
    """Return a group as the provider sees it, with its members if they were read."""
    group: dict[str, Any] = {"schemas": [GROUP.schema.id], "id": str(row.id), "displayName": row.display_name}
    if row.external_id is not None:
        group["externalId"] = row.external_id
    if row.members:
        here = base()
        group["members"] = [_member(each, here) for each in row.members]
    return group | {"meta": _meta(GROUP, row, f"{row.version}.{row.member_version}", row.last_modified)}


def _meta(resource_type: ResourceType, row: Row[Any], version: str, modified: datetime) -> dict[str, str]:
    return {
        "resourceType": resource_type.name,
        "created": _moment(row.created_at),
        "lastModified": _moment(modified),
        "location": f"{base()}{resource_type.endpoint}/{row.id}",
        "version": f'W/"{version}"',
    }


def _manager(row: Row[Any], manager: Mapping[str, Any]) -> dict[str, Any]:
    """The manager as given; where it is one of our users, with their address, and their name if they have one."""
    if row.manager_display is None:
        return dict(manager)
    shown = {**manager, "$ref": f"{base()}{USER.endpoint}/{row.manager_id}"}
    return shown | {"displayName": row.manager_display} if row.manager_display else shown


def _member(member: Mapping[str, Any], here: str) -> dict[str, Any]:
    shown = {name: value for name, value in member.items() if value is not None}
    return shown | {"$ref": f"{here}{ENDPOINTS[member['type']]}/{member['value']}"}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
