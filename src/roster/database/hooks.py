"""What waits for a commit, and who is at work: a hook is no part of the attempt that it waited for."""

import logging
from contextvars import ContextVar
from dataclasses import dataclass

from roster.database.session import Session


@dataclass(frozen=True, slots=True)
class Attempt:
    """A use case at work, and whether others may be parts of it."""

    name: str
    composes: bool


log = logging.getLogger(__name__)
attempting: ContextVar[Attempt | None] = ContextVar("roster_attempting", default=None)
"""The use case that would be repeated if something failed now."""


def run_hooks(session: Session) -> None:
    """Run what waits for the commit. The commit stands, so a hook's failure is told to the log and nobody else."""
    hooks, session.hooks = session.hooks, []
    mark = attempting.set(None)
    try:
        for hook in hooks:
            try:
                hook()
            except Exception:
                log.exception("on_commit hook failed", extra={"hook": repr(hook)})
    finally:
        attempting.reset(mark)
