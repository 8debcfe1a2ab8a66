"""Users and groups as they go over the wire: what rows hold, with addresses and `meta` (RFC 7643 §3.1, §4)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Row

from roster.blueprints.scim.answers import Resource, base
from roster.blueprints.scim.lists import Content
from roster.scim.attributes import GROUP, USER, ResourceType
from roster.scim.document import HERE
from roster.scim.projection import Projection

Tags = Collection[str] | None
"""Versions of which one must be the current one; None where any will do."""
ENDPOINTS = {each.name: each.endpoint for each in (USER, GROUP)}


def of_user(row: Row[Any], show: Projection) -> Resource:
    """Return what is asked for of a user. There is no password: Roster keeps none."""
    here = base()
    [content] = _users([row], show, here)
    return Resource(content, f"{here}{USER.endpoint}/{row.id}", _tag(row.version))


def of_users(rows: Iterable[Row[Any]], show: Projection) -> list[Content]:
    """Return what is asked for of each of these users."""
    return _users(rows, show, base())


def of_group(row: Row[Any], show: Projection) -> Resource:
    """Return what is asked for of a group, with its members if they were read."""
    group = _group(row, base())
    return Resource(show.apply(group), group["meta"]["location"], group["meta"]["version"])


def of_groups(rows: Iterable[Row[Any]], show: Projection) -> list[Content]:
    """Return what is asked for of each of these groups."""
    here = base()
    return [show.apply(_group(row, here)) for row in rows]


def _users(rows: Iterable[Row[Any]], show: Projection, here: str) -> list[Content]:
    """PostgreSQL made the JSON: it is sent as it is, or read again where only a part of it is asked for."""
    address = orjson.dumps(here).decode()[1:-1]
    if show.is_whole:
        return [orjson.Fragment(row.document.replace(HERE, address)) for row in rows]
    return [show.apply(orjson.loads(row.document.replace(HERE, address))) for row in rows]


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
        "version": _tag(version),
    }


def _member(member: Mapping[str, Any], addresses: Mapping[str, str]) -> dict[str, Any]:
    shown = {**member, "$ref": addresses[member["type"]] + member["value"]}
    if shown["display"] is None:
        del shown["display"]
    return shown


def _tag(version: object) -> str:
    return f'W/"{version}"'


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
