"""Core repositories: take a Connection, give rows or counts. For sets, counts, hot reads and whatever loads nothing."""

from roster.repositories.core import events, health, tokens, users

__all__ = ["events", "health", "tokens", "users"]
