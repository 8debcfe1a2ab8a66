"""Things to test with, made through the services."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from roster import services
from roster.models import Actor, Organization, Provider, User

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def organization(slug: str | None = None) -> Organization:
    slug = slug or f"org-{uuid4().hex[:8]}"
    return services.organizations.create(slug, slug.title(), at=NOW)


def actor(organization_id: UUID) -> Actor:
    return Actor(organization_id, kind="command", label="tests", door="command")


def user(organization_id: UUID, user_name: str = "ada", **values: Any) -> User:
    return services.users.create(actor(organization_id), {"user_name": user_name} | values, at=NOW)


def provider(organization_id: UUID, name: str = "Okta", **switches: Any) -> Provider:
    """An identity provider, as its token would name it; strict and revive_deleted as given."""
    made = services.provisioning.providers.create(actor(organization_id), name=name, dialect="okta", at=NOW)
    off = {"strict": False, "revive_deleted": False}
    return Provider(made.id, made.name, made.dialect, made.enabled, **off | switches)


def token(organization_id: UUID, *scopes: str, **options: Any) -> str:
    scopes = scopes or ("users:read", "users:write")
    return services.tokens.issue(
        actor(organization_id), **{"kind": "api", "scopes": scopes, "name": "tests", "at": NOW} | options
    )


def administrator(email: str = "owner@example.test", password: str = "correct horse battery") -> str:
    services.administrators.create(email, password, "owner", at=NOW)
    return email
