"""What discovery answers, as JSON: this server, its resource types, its schemas (RFC 7643 §5, §6, §7)."""

from typing import Any

from roster.blueprints.scim.lists import DEFAULT_COUNT, MOST
from roster.scim.attributes import (
    ENTERPRISE_SCHEMA,
    GROUP_SCHEMA,
    PROVIDER_CONFIG_URN,
    RESOURCE_TYPE_URN,
    SCHEMA_URN,
    USER_SCHEMA,
    Attribute,
    ResourceType,
    Schema,
)

SCHEMAS = (USER_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA)
MOST_OPERATIONS = 1000
"""Operations in one bulk request."""
BEARER = {
    "type": "oauthbearertoken",
    "name": "OAuth Bearer Token",
    "description": "A token of kind scim, which an administrator issues for one identity provider.",
    "specUri": "https://www.rfc-editor.org/info/rfc6750",
    "primary": True,
}


def configuration(base: str, most_bytes: int) -> dict[str, Any]:
    """Return what this server can do (RFC 7643 §5; pagination: RFC 9865 §4)."""
    return {
        "schemas": [PROVIDER_CONFIG_URN],
        "patch": {"supported": True},
        "bulk": {"supported": True, "maxOperations": MOST_OPERATIONS, "maxPayloadSize": most_bytes},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MOST,
        },
        "authenticationSchemes": [BEARER],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def of_resource_type(resource_type: ResourceType, base: str) -> dict[str, Any]:
    """Return what a resource type is (RFC 7643 §6)."""
    return {
        "schemas": [RESOURCE_TYPE_URN],
        "id": resource_type.name,
        "name": resource_type.name,
        "description": resource_type.schema.description,
        "endpoint": resource_type.endpoint,
        "schema": resource_type.schema.id,
        "schemaExtensions": [{"schema": each.id, "required": False} for each in resource_type.extensions],
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{resource_type.name}"},
    }


def of_schema(schema: Schema, base: str) -> dict[str, Any]:
    """Return what a schema is, with every attribute (RFC 7643 §7)."""
    return {
        "schemas": [SCHEMA_URN],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": [_of_attribute(attribute) for attribute in schema.attributes],
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{schema.id}"},
    }


def _of_attribute(attribute: Attribute) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": attribute.name,
        "type": attribute.type,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "caseExact": attribute.case_exact,
        "mutability": attribute.mutability,
        "returned": attribute.returned,
        "uniqueness": attribute.uniqueness,
    }
    parts = {
        "canonicalValues": list(attribute.canonical_values),
        "referenceTypes": list(attribute.reference_types),
        "subAttributes": [_of_attribute(sub) for sub in attribute.sub_attributes],
    }
    return described | {name: values for name, values in parts.items() if values}
