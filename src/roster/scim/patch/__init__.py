"""PATCH (RFC 7644 §3.5.2): read a request into operations, and apply these to a document."""

from roster.scim.patch.application import apply
from roster.scim.patch.members import MemberChange, member_changes
from roster.scim.patch.operations import Operation
from roster.scim.patch.requests import operations

__all__ = ["MemberChange", "Operation", "apply", "member_changes", "operations"]
