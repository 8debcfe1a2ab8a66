"""What is done to many at once: told first, done in sets, written down with an outcome for each, and undone exactly."""

from roster.services.operations import bulk, groups, log, merging, offboarding, undo

__all__ = ["bulk", "groups", "log", "merging", "offboarding", "undo"]
