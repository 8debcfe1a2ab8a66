"""Texts that are bound when a statement is executed, each put into the form that it is compared in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import String, TypeDecorator, Uuid


class KeyOf(TypeDecorator[str]):
    """A text that is bound as `key` makes it."""

    impl = String
    cache_ok = True

    def __init__(self, key: Callable[[str], str]) -> None:
        super().__init__()
        self.key = key

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the form for comparing."""
        return None if value is None else self.key(value)


class UuidOf(TypeDecorator[Any]):
    """A text that is bound as the UUID that `key` makes of it; as NULL, which equals nothing, where it is none."""

    impl = Uuid
    cache_ok = True

    def __init__(self, key: Callable[[str], str]) -> None:
        super().__init__()
        self.key = key

    def process_bind_param(self, value: str | None, dialect: Any) -> UUID | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the UUID, or None."""
        return None if value is None else uuid_of(self.key(value))


def uuid_of(text: str) -> UUID | None:
    """Return the UUID that is written so: other ways to write one are other texts."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
