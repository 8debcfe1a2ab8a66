"""Demo people, for whoever looks at Roster for the first time."""

import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from roster import services
from roster.cli.command import now
from roster.cli.demo_people import people
from roster.errors import AppException
from roster.models import Actor
from roster.services.imports import Line

SLUG, NAME = "harbour-pine", "Harbour & Pine"
OWNER = "owner@harbourpine.example"
WEEKS, JOINING = 4, 11
"""For how many weeks people have been joining, and how many each week."""

Person = Mapping[str, Any]


def fill_if_empty(instance: Path) -> str | None:
    """Make an organization with people and an owner in an empty database; return how to sign in, as long as known.

    The owner comes last, so that an interrupted first start is taken up by the second.
    """
    note = instance / "demo-sign-in.txt"
    slugs = {organization.slug for organization in services.organizations.search()}
    if slugs <= {SLUG} and not services.administrators.any_exist():
        if not slugs:
            with suppress(AppException):  # another first start was faster
                services.organizations.create(SLUG, NAME, at=now())
        if (sign_in := _fill()) is not None:
            _write_secret(note, sign_in)
    return note.read_text() if note.exists() else None


def _fill() -> str | None:
    """Make the people and the owner; return how to sign in, or None where another first start made them."""
    at, password = now(), secrets.token_urlsafe(9)
    organization = services.organizations.get_by_slug(SLUG)
    actor = Actor(organization.id, kind="command", label="roster serve (demo)", door="command")
    everybody = people()
    for weeks, some in enumerate(_waves(everybody)):
        _hire(actor, some, at=at - timedelta(days=3 + 7 * (WEEKS - weeks)))
    _gather(actor, everybody, at=at)
    try:
        services.administrators.create(OWNER, password, "owner", at=at)
    except AppException:
        return None
    return f"{OWNER}  password: {password}"


def _waves(everybody: Sequence[Person]) -> list[Sequence[Person]]:
    """Most of the people at first, and then a few more each week: the pages have something to tell."""
    first = len(everybody) - JOINING * WEEKS
    return [everybody[:first], *(everybody[start : start + JOINING] for start in range(first, len(everybody), JOINING))]


def _hire(actor: Actor, some: Sequence[Person], *, at: datetime) -> None:
    lines = [Line(number, values) for number, values in enumerate(some, start=1)]
    report = services.imports.users(actor, lines, on_error="rollback", at=at)
    if not report.kept:
        raise RuntimeError(f"demo people were refused: {report.refused}")


def _gather(actor: Actor, everybody: Sequence[Person], *, at: datetime) -> None:
    """Make a group of each department; a first start that was interrupted may have made some."""
    for name in sorted({person["department"] for person in everybody}):
        with suppress(AppException):
            services.groups.create(actor, {"display_name": name, "description": f"All of {name}"}, at=at)
        members = [person["user_name"] for person in everybody if person["department"] == name]
        group_id, found = services.groups.named(actor.organization_id, name, members)
        services.groups.add_members(actor, group_id, found, at=at)


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
