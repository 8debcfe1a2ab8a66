"""`roster organizations`."""

import re

import click
from flask.cli import AppGroup

from roster import services
from roster.cli.command import checked, now
from roster.schemas.text import Text

group = AppGroup("organizations", help="Organizations: directories of their own.")

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@group.command()
@click.argument("slug")
@click.option("--name", help="What people call it; the slug if not given.")
def create(slug: str, name: str | None) -> None:
    """Create an organization. SLUG names it in addresses: a-z, 0-9 and hyphens."""
    if not SLUG.fullmatch(slug):
        raise click.BadParameter("Only a-z, 0-9 and hyphens inside, 63 at most.", param_hint="SLUG")
    organization = services.organizations.create(slug, checked(Text(required=True), name or slug, "--name"), at=now())
    click.echo(f"Created {organization.slug} ({organization.name}).")


@group.command("list")
def index() -> None:
    """List all organizations: slug, name."""
    for organization in services.organizations.search():
        click.echo(f"{organization.slug}\t{organization.name}")
