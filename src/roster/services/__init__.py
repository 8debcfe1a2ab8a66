"""What Roster can do: one function, one use case, one transaction. Services do not import each other."""

from roster.services import administrators, exports, health, imports, organizations, tokens, users

__all__ = ["administrators", "exports", "health", "imports", "organizations", "tokens", "users"]
