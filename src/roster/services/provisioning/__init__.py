"""What identity providers do over SCIM (RFC 7644), and what is known of them."""

from roster.services.provisioning import groups, health, links, providers, requests, users

__all__ = ["groups", "health", "links", "providers", "requests", "users"]
