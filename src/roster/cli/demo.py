"""Demo people, for whoever looks at Roster for the first time."""

import os
import secrets
from pathlib import Path

from roster import services
from roster.cli.command import now
from roster.cli.demo_people import people
from roster.models import Actor
from roster.services.imports import Line

SLUG, NAME = "harbour-pine", "Harbour & Pine"
OWNER = "owner@harbourpine.example"


def fill_if_empty(instance: Path) -> str | None:
    """Make an organization with people and an owner in an empty database; return how to sign in, as long as known.

    The owner comes last, so that an interrupted first start is taken up by the second.
    """
    note = instance / "demo-sign-in.txt"
    slugs = {organization.slug for organization in services.organizations.search()}
    if slugs <= {SLUG} and not services.administrators.any_exist():
        if not slugs:
            services.organizations.create(SLUG, NAME, at=now())
        _write_secret(note, _fill())
    return note.read_text() if note.exists() else None


def _fill() -> str:
    at, password = now(), secrets.token_urlsafe(9)
    organization = services.organizations.get_by_slug(SLUG)
    actor = Actor(organization.id, kind="command", label="roster serve (demo)", door="command")
    lines = [Line(number, values) for number, values in enumerate(people(), start=1)]
    report = services.imports.users(actor, lines, on_error="rollback", at=at)
    if not report.kept:
        raise RuntimeError(f"demo people were refused: {report.refused}")
    services.administrators.create(OWNER, password, "owner", at=at)
    return f"{OWNER}  password: {password}"


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
