"""The overview: people over time, what was done through which door, and the data layer made visible."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date, get_timezone

from roster import services
from roster.blueprints.admin.overview.charts import Curve, Stack, curve, stack
from roster.blueprints.admin.visit import now, room, visit
from roster.database.metrics import Counts, counts
from roster.services.overview import Overview

blueprint = room("overview", __name__, "")

DOORS = ("scim", "api", "page", "command")


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Show how an organization is doing."""
    found = services.overview.of(visit().organization.id, at=now(), zone=str(get_timezone()))
    database = counts()
    return render_template(
        "admin/overview.html",
        overview=found,
        people=_people(found),
        changes=_changes(found),
        calls=_calls(found),
        database=database,
        statements=_statements(database),
    )


def _people(overview: Overview) -> Curve:
    return curve([(format_date(day.date, "medium"), day.people) for day in overview.days])


def _changes(overview: Overview) -> Stack:
    return stack([(format_date(day.date, "medium"), day.changes) for day in overview.days], DOORS)


def _calls(overview: Overview) -> Stack:
    parts = [{"succeeded": day.calls - day.failures, "failed": day.failures} for day in overview.days]
    labels = [format_date(day.date, "medium") for day in overview.days]
    return stack(list(zip(labels, parts, strict=True)), ("succeeded", "failed"))


def _statements(database: Counts) -> Stack:
    """How many requests sent how many statements, at most."""
    return stack([(_at_most(most), {"requests": count}) for most, count in database.scopes], ("requests",))


def _at_most(bucket: str) -> str:
    return "∞" if bucket == "+Inf" else f"{float(bucket):g}"
