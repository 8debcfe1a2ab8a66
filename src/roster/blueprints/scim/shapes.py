"""Users and groups as they go over the wire: what rows hold, with addresses and `meta` (RFC 7643 §3.1, §4)."""

from collections.abc import Collection, Iterable, Mapping
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
    return of_users([row])[0]


def of_users(rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Return users, each as `of_user` does."""
    here = base()
    return [_user(row, here) for row in rows]


def of_group(row: Row[Any]) -> dict[str, Any]:
    """Return a group as the provider sees it, with its members if they were read."""
    return of_groups([row])[0]


def of_groups(rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Return groups, each as `of_group` does."""
    here = base()
    return [_group(row, here) for row in rows]


def _user(row: Row[Any], here: str) -> dict[str, Any]:
    columns: Any = row._mapping
    user = from_columns(columns, display_name=chosen_display_name(columns))
    if row.manager_display is not None and "manager" in (enterprise := user.get(ENTERPRISE_URN, {})):
        enterprise["manager"] = {**enterprise["manager"], **_manager(row, here)}
    if row.groups:
        groups = f"{here}{GROUP.endpoint}/"
        user["groups"] = [{**each, "$ref": groups + each["value"]} for each in row.groups]
    user["meta"] = _meta(USER, f"{here}{USER.endpoint}/{user['id']}", row, row.version, row.updated_at)
    return user


def _group(row: Row[Any], here: str) -> dict[str, Any]:
    group: dict[str, Any] = {"schemas": [GROUP.schema.id], "id": str(row.id), "displayName": row.display_name}
    if row.external_id is not None:
        group["externalId"] = row.external_id
    if row.members:
        addresses = {name: f"{here}{endpoint}/" for name, endpoint in ENDPOINTS.items()}
        group["members"] = [_member(each, addresses) for each in row.members]
    address, version = f"{here}{GROUP.endpoint}/{row.id}", f"{row.version}.{row.member_version}"
    group["meta"] = _meta(GROUP, address, row, version, row.last_modified)
    return group


def _meta(kind: ResourceType, address: str, row: Row[Any], version: object, modified: datetime) -> dict[str, str]:
    return {
        "resourceType": kind.name,
        "created": _moment(row.created_at),
        "lastModified": _moment(modified),
        "location": address,
        "version": f'W/"{version}"',
    }


def _manager(row: Row[Any], here: str) -> dict[str, str]:
    """What is added to a manager who is one of our users: their address, and their name if they have one."""
    shown = {"$ref": f"{here}{USER.endpoint}/{row.manager_id}"}
    return shown | {"displayName": row.manager_display} if row.manager_display else shown


def _member(member: Mapping[str, Any], addresses: Mapping[str, str]) -> dict[str, Any]:
    shown = {**member, "$ref": addresses[member["type"]] + member["value"]}
    if shown["display"] is None:
        del shown["display"]
    return shown


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
