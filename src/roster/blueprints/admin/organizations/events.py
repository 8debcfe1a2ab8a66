"""The event explorer: who did what to whom, when, through which door; and all of it to take away."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import orjson
from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone

from roster import services
from roster.blueprints.admin import timeline
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.listing import asked
from roster.blueprints.admin.visit import room, visit
from roster.errors import USER_NOT_FOUND
from roster.schemas.events import Event, EventSearch
from roster.schemas.files import event_csv
from roster.services.events import Search

blueprint = room("events", __name__, "/events")

ONE = Event()
LIMIT = 50
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


class PersonForm(Form):
    """Where it is no person, it is a group."""

    TOLD = {USER_NOT_FOUND: ""}  # noqa: RUF012 - a constant of the class


@blueprint.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show the newest events that match."""
    query = asked(EventSearch(), request.args, {})
    rows = services.events.search(visit().organization.id, _search(query), before=query["before"], limit=LIMIT + 1)
    following = rows[LIMIT - 1].id if len(rows) > LIMIT else None
    return render_template(
        "admin/events/index.html", events=timeline.of(rows[:LIMIT]), query=query, given=_given(), next=following
    )


@blueprint.get("/export.<any(csv, jsonl):form>")
def export(form: str) -> ResponseReturnValue:
    """Send every event that matches, the oldest first, as a stream."""
    organization = visit().organization
    rows = services.events.export(organization.id, _search(asked(EventSearch(), request.args, {})))
    first = next(rows, None)  # a failure to begin is told as a page, not as half a file
    lines = _lines(form, chain([first], rows) if first is not None else iter(()))
    name = f"{organization.slug}-events.{form}"
    return Response(
        _Stream(lines, rows),
        content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/about/<uuid:key>")
def about(key: UUID) -> ResponseReturnValue:
    """Go to the person or the group with this id."""
    with PersonForm().refusals():
        services.users.get_with_deleted(visit().organization.id, key)
        return redirect(url_for("admin.users.show", user_id=key))
    return redirect(url_for("admin.groups.show", group_id=key))


class _Stream:
    """Lines that are made as they are sent. However the reader leaves, the rows' session is closed."""

    def __init__(self, lines: Iterator[bytes], rows: Iterator[Any]) -> None:
        self.lines, self.rows = lines, rows

    def __iter__(self) -> Iterator[bytes]:
        return self.lines

    def close(self) -> None:
        """End the reading; the server calls it at the end, or when the reader went away."""
        self.rows.close()  # type: ignore[attr-defined] # a generator


def _lines(form: str, rows: Iterator[Any]) -> Iterator[bytes]:
    shown = (ONE.dump(row) for row in rows)
    if form == "jsonl":
        return (orjson.dumps(event) + b"\n" for event in shown)
    return (_line(cells) for cells in event_csv.write(shown))


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _given() -> dict[str, str]:
    """What narrows the search, for the URLs of the next page and of the export."""
    names = ("actor", "subject", "action", "since", "until")
    return {name: value for name in names if (value := request.args.get(name))}


def _search(query: dict[str, Any]) -> Search:
    """The search; a day begins at the reader's midnight, and the last one counts, too."""
    since, until = query["since"], query["until"]
    return Search(
        actor=query["actor"],
        subject=query["subject"],
        action=query["action"],
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
    )


def _midnight(day: date) -> datetime:
    """When the day begins where the reader is."""
    begun: datetime = get_timezone().localize(datetime.combine(day, time()))
    return begun
