"""Operations in the words of a page: what was done, and why somebody was left out."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from roster.blueprints.admin.display import thousands
from roster.services.operations.outcome import Summary

KINDS: Mapping[str, str] = {
    "suspend": lazy_gettext("Suspended"),
    "activate": lazy_gettext("Activated"),
    "delete": lazy_gettext("Deleted"),
    "restore": lazy_gettext("Restored"),
    "add": lazy_gettext("Added to a group"),
    "remove": lazy_gettext("Removed from a group"),
    "groups.delete": lazy_gettext("Groups deleted"),
    "groups.restore": lazy_gettext("Groups restored"),
    "offboard": lazy_gettext("Offboarded"),
    "merge": lazy_gettext("Merged"),
    "undo": lazy_gettext("Undone"),
    "events": lazy_gettext("Imported"),
}
REASONS: Mapping[str, str] = {
    "not_found": lazy_gettext("There is nobody of this id."),
    "deleted": lazy_gettext("They are deleted."),
    "user_name_taken": lazy_gettext("Somebody else has their user name by now."),
    "external_id_taken": lazy_gettext("Somebody else has their external id by now."),
    "changed_since": lazy_gettext("They were changed since, and stay as they were left."),
    "purged": lazy_gettext("They are gone for good."),
    "group_name_taken": lazy_gettext("Another group has its name by now."),
    "group_deleted": lazy_gettext("The group was deleted since."),
    "cannot_be_undone": lazy_gettext("What was done cannot be undone."),
}
_DONE: Mapping[str, Callable[[int, str, str], str]] = {
    "suspend": lambda n, count, _group: ngettext(
        "%(count)s person suspended.", "%(count)s people suspended.", n, count=count
    ),
    "activate": lambda n, count, _group: ngettext(
        "%(count)s person activated.", "%(count)s people activated.", n, count=count
    ),
    "delete": lambda n, count, _group: ngettext(
        "%(count)s person deleted.", "%(count)s people deleted.", n, count=count
    ),
    "restore": lambda n, count, _group: ngettext(
        "%(count)s person restored.", "%(count)s people restored.", n, count=count
    ),
    "add": lambda n, count, group: ngettext(
        "%(count)s person added to %(group)s.", "%(count)s people added to %(group)s.", n, count=count, group=group
    ),
    "remove": lambda n, count, group: ngettext(
        "%(count)s person removed from %(group)s.",
        "%(count)s people removed from %(group)s.",
        n,
        count=count,
        group=group,
    ),
    "groups.delete": lambda n, count, _group: ngettext(
        "%(count)s group deleted.", "%(count)s groups deleted.", n, count=count
    ),
    "groups.restore": lambda n, count, _group: ngettext(
        "%(count)s group restored.", "%(count)s groups restored.", n, count=count
    ),
}


def title(operation: Summary) -> str:
    """Return what an operation did, in a word or two."""
    return str(KINDS.get(operation.kind, operation.kind))


def done(operation: Summary) -> str:
    """Return what an operation came to, in a sentence or two."""
    return " ".join(filter(None, (_changed(operation), _left(operation))))


def why(row: Any) -> str:
    """Return why somebody was left out, and because of whom."""
    if row.outcome == "unchanged":
        return str(_("They were so already."))
    if row.reason == "changed_since" and row.by:
        return str(_("Changed since by %(who)s: they stay as they were left.", who=row.by))
    return str(REASONS.get(row.reason, row.reason))


def _changed(operation: Summary) -> str:
    count: str = thousands(operation.done)
    if operation.kind in _DONE:
        group = operation.about.get("group", {}).get("name", "")
        return _DONE[operation.kind](operation.done, count, group)
    if operation.kind == "undo":
        return str(ngettext("%(count)s change undone.", "%(count)s changes undone.", operation.done, count=count))
    return str(ngettext("%(count)s change made.", "%(count)s changes made.", operation.done, count=count))


def _left(operation: Summary) -> str:
    parts = []
    if operation.unchanged:
        parts.append(_("%(count)s were so already.", count=thousands(operation.unchanged)))
    if operation.skipped:
        parts.append(_("%(count)s skipped.", count=thousands(operation.skipped)))
    return " ".join(parts)
