"""What was just done, told with a button that takes it back."""

from dataclasses import replace
from uuid import UUID

from flask import flash
from uuid_utils.compat import uuid7

from roster.blueprints.admin.visit import visit
from roster.models import Actor


def flash_undoable(words: str, undo_url: str) -> None:
    """Tell on the next page what was done, and where a POST undoes it."""
    flash({"words": words, "undo": undo_url})  # type: ignore[arg-type] # whatever the session can keep


def operator(operation_id: UUID | None = None) -> Actor:
    """Return whom the events of an operation name: a new one, unless the form brought its id."""
    return replace(visit().actor(), operation_id=operation_id or uuid7())
