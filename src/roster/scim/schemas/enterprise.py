"""The enterprise extension of users (RFC 7643 §4.3, §8.7.1)."""

from roster.scim.schemas.definitions import Attribute, Schema
from roster.scim.schemas.lists import text
from roster.scim.schemas.urns import ENTERPRISE_URN

_MANAGER = Attribute(
    "manager",
    "complex",
    description="Whom the person reports to.",
    sub_attributes=(
        text("value", "The id of the manager."),
        Attribute("$ref", "reference", reference_types=("User",), description="The address of the manager."),
        Attribute("displayName", mutability="readOnly", description="The name of the manager."),
    ),
)

ENTERPRISE_SCHEMA = Schema(
    ENTERPRISE_URN,
    "EnterpriseUser",
    "Enterprise User",
    (
        text("employeeNumber", "The number that the organization gave."),
        text("costCenter", "The name of the cost center."),
        text("organization", "The name of the organization."),
        text("division", "The name of the division."),
        text("department", "The name of the department."),
        _MANAGER,
    ),
)
