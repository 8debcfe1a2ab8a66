"""ORM repositories: take a Session, give models. For one thing and its relations."""

from roster.repositories.orm import administrators, groups, identity_providers, organizations, tokens, users

__all__ = ["administrators", "groups", "identity_providers", "organizations", "tokens", "users"]
