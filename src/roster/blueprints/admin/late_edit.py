"""An edit that came late: somebody else saved in between.

Nothing typed is lost and nothing of theirs is undone unseen: what only they changed is taken over, what both changed
stays as typed with theirs beside it, and saving again saves what is then on the screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from roster.blueprints.admin import timeline
from roster.blueprints.admin.forms import VersionedForm
from roster.blueprints.admin.timeline import Entry, text_of


@dataclass(slots=True)
class LateEdit:
    """What happened in between, the newest first; which parts were taken over; what theirs is where both changed."""

    entries: list[Entry] = field(default_factory=list)
    taken_over: list[str] = field(default_factory=list)
    theirs: dict[str, str] = field(default_factory=dict)


def merge(form: VersionedForm, now: Mapping[str, Any], version: int, events: Sequence[Row[Any]]) -> LateEdit:
    """Bring the form up to date with its subject as it is now.

    Args:
        form: as it was sent; changed here.
        now: the subject's values now, as events record them.
        version: the subject's version now.
        events: what was done to the subject, the newest first.
    """
    missed = events[: max(0, version - form.version)]
    before = {name: change[0] for event in missed for name, change in event.changes.items()}
    shown, theirs = form.showing({**now, **before}), form.showing(now)
    late = LateEdit(timeline.of(missed))
    for part in _changed_by_others(form, shown, theirs):
        if form.parts[part] == shown.parts[part]:
            form.parts[part] = theirs.parts[part]
            late.taken_over.append(part)
        else:
            late.theirs[part] = text_of(now[part]) or _("empty")
    form.version = version
    return late


def _changed_by_others(form: VersionedForm, shown: VersionedForm, theirs: VersionedForm) -> list[str]:
    return [
        part
        for part, typed in form.parts.items()
        if theirs.parts[part] != shown.parts[part] and theirs.parts[part] != typed
    ]
