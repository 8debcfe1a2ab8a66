"""`roster organizations`."""

import click
from flask.cli import AppGroup

from roster import services
from roster.cli.command import actor, checked, loaded, now
from roster.models import Actor
from roster.schemas.fields.text import Text
from roster.schemas.organizations import KEEPS, OrganizationChange, OrganizationCreate, Slug

group = AppGroup("organizations", help="Organizations: directories of their own.")


@group.command()
@click.argument("slug")
@click.option("--name", help="What people call it; the slug if not given.")
def create(slug: str, name: str | None) -> None:
    """Create an organization. SLUG names it in addresses: a-z, 0-9 and hyphens."""
    values = loaded(OrganizationCreate(), {"slug": slug, "name": slug if name is None else name}, slug="SLUG")
    organization = services.organizations.create(**values, at=now())
    click.echo(f"Created {organization.slug} ({organization.name}).")


@group.command("list")
def index() -> None:
    """List all organizations: slug, name, state; the deleted ones at the end."""
    for organization in services.organizations.search():
        state = "suspended" if organization.suspended_at else "active"
        click.echo(f"{organization.slug}\t{organization.name}\t{state}")
    for organization in services.organizations.search_deleted():
        click.echo(
            f"{organization.slug}\t{organization.name}\tdeleted, purged after {organization.purge_after:%Y-%m-%d}"
        )


@group.command()
@click.argument("slug")
@click.option("--name", help="What people call it from now on.")
@click.option("--slug", "new_slug", help="What names it in addresses from now on.")
@click.option("--purge-days", type=int, help="Days after which what was deleted is purged.")
@click.option("--purge-keeps", type=click.Choice(KEEPS), help="What events keep of the purged.")
def change(slug: str, **options: str | int | None) -> None:
    """Change the organization SLUG."""
    options["slug"] = options.pop("new_slug")
    given = {name: value for name, value in options.items() if value is not None}
    services.organizations.change(_actor(slug), loaded(OrganizationChange(), given), at=now())
    click.echo(f"Changed {slug}.")


@group.command()
@click.argument("slug")
def suspend(slug: str) -> None:
    """Suspend the organization SLUG: its tokens open nothing."""
    services.organizations.suspend(_actor(slug), at=now())
    click.echo(f"Suspended {slug}.")


@group.command()
@click.argument("slug")
def activate(slug: str) -> None:
    """End the suspension of the organization SLUG."""
    services.organizations.activate(_actor(slug), at=now())
    click.echo(f"Activated {slug}.")


@group.command()
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(slug: str, yes: bool) -> None:
    """Delete the organization SLUG: closed at once, purged after its purge days."""
    who = _actor(slug)
    if not yes:
        click.confirm(f"Delete {slug} with everybody in it?", abort=True)
    organization = services.organizations.remove(who, at=now())
    click.echo(f"Deleted {slug}; it can be restored until {organization.purge_after:%Y-%m-%d}.")


@group.command()
@click.argument("slug")
@click.option("--slug", "new_slug", help="Another slug, if its own was taken meanwhile.")
def restore(slug: str, new_slug: str | None) -> None:
    """Bring the deleted organization SLUG back."""
    organization = services.organizations.get_deleted_by_slug(checked(Text(), slug, "SLUG"))
    free = None if new_slug is None else checked(Slug(), new_slug, "--slug")
    back = services.organizations.restore(actor(organization.id), at=now(), slug=free)
    click.echo(f"Restored {back.slug}.")


def _actor(slug: str) -> Actor:
    return actor(services.organizations.get_by_slug(checked(Text(), slug, "SLUG")).id)
