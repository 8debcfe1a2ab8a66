"""The resource types that Roster serves, with every attribute they have."""

from roster.scim.schemas.definitions import Attribute, ResourceType, Schema, same
from roster.scim.schemas.enterprise import ENTERPRISE_SCHEMA
from roster.scim.schemas.group import GROUP_SCHEMA
from roster.scim.schemas.resource import COMMON
from roster.scim.schemas.urns import (
    BULK_REQUEST_URN,
    BULK_RESPONSE_URN,
    ENTERPRISE_URN,
    ERROR_URN,
    GROUP_URN,
    LIST_URN,
    PATCH_URN,
    PROVIDER_CONFIG_URN,
    RESOURCE_TYPE_URN,
    SCHEMA_URN,
    SEARCH_URN,
    USER_URN,
)
from roster.scim.schemas.user import USER_SCHEMA

USER = ResourceType("User", "/Users", USER_SCHEMA, (ENTERPRISE_SCHEMA,), COMMON)
GROUP = ResourceType("Group", "/Groups", GROUP_SCHEMA, (), COMMON)
RESOURCE_TYPES = (USER, GROUP)

__all__ = [
    "BULK_REQUEST_URN",
    "BULK_RESPONSE_URN",
    "ENTERPRISE_SCHEMA",
    "ENTERPRISE_URN",
    "ERROR_URN",
    "GROUP",
    "GROUP_SCHEMA",
    "GROUP_URN",
    "LIST_URN",
    "PATCH_URN",
    "PROVIDER_CONFIG_URN",
    "RESOURCE_TYPES",
    "RESOURCE_TYPE_URN",
    "SCHEMA_URN",
    "SEARCH_URN",
    "USER",
    "USER_SCHEMA",
    "USER_URN",
    "Attribute",
    "ResourceType",
    "Schema",
    "same",
]
