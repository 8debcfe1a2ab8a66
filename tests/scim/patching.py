"""PATCH requests in short, for tests."""

from typing import Any

from roster.errors import AppException
from roster.scim import patch
from roster.scim.attributes import ENTERPRISE_URN, GROUP, PATCH_URN, USER, ResourceType

ADA = {
    "id": "11111111-1111-7111-8111-111111111111",
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "title": "Countess",
    "active": True,
    "emails": [
        {"value": "ada@work.example", "type": "work", "primary": True, "display": "Ada at work"},
        {"value": "ada@home.example", "type": "home"},
    ],
    ENTERPRISE_URN: {"department": "Engines", "manager": {"value": "m-1"}},
}


def operation(op: str, path: str | None = None, *value: Any) -> dict[str, Any]:
    """One operation; without a value if none is given."""
    return {"op": op, **({"path": path} if path is not None else {}), **({"value": value[0]} if value else {})}


def request(*operations: Any) -> dict[str, Any]:
    return {"schemas": [PATCH_URN], "Operations": list(operations)}


def patched(*operations: Any, strict: bool = True, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ada after these operations."""
    wanted = patch.operations(request(*operations), USER, strict=strict)
    return patch.apply(USER, ADA if document is None else document, wanted)


def tolerated(*operations: Any, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ada after these operations, as a tolerant front takes them."""
    return patched(*operations, strict=False, document=document)


def members(*operations: Any, strict: bool = False) -> list[patch.MemberChange]:
    """What these operations do to a group's members."""
    return patch.member_changes(patch.operations(request(*operations), GROUP, strict=strict))[1]


def code(*operations: Any, strict: bool = True, resource_type: ResourceType = USER) -> str:
    """The code with which these operations on Ada fail."""
    try:
        patch.apply(resource_type, ADA, patch.operations(request(*operations), resource_type, strict=strict))
    except AppException as error:
        return error.error.code
    return "done"
