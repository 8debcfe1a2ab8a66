"""`roster groups`."""

import click
from flask.cli import AppGroup

from roster import services
from roster.cli.command import actor, checked, loaded, now, organization_of
from roster.schemas.fields.text import Text
from roster.schemas.groups import GroupCreate

group = AppGroup("groups", help="Groups, and who is in them.")

organization_option = click.option("--organization", metavar="SLUG", required=True, help="Whose directory.")
inner_option = click.option("--group", "groups", metavar="NAME", multiple=True, help="A group inside the group.")


@group.command()
@organization_option
@click.argument("name")
@click.option("--description", help="What it is for.")
def create(organization: str, name: str, description: str | None) -> None:
    """Create the group NAME."""
    values = loaded(GroupCreate(), {"display_name": name, "description": description}, display_name="NAME")
    created = services.groups.create(actor(organization_of(organization).id), values, at=now())
    click.echo(f"Created {created.display_name}.")


@group.command("list")
@organization_option
def index(organization: str) -> None:
    """List all groups, by name."""
    organization_id, after = organization_of(organization).id, None
    while True:
        page = services.groups.search(organization_id, sort="display_name", after=after, limit=200)
        for row in page.rows:
            click.echo(row.display_name)
        if (after := page.next) is None:
            return


@group.command()
@organization_option
@click.argument("name")
@click.argument("user_names", nargs=-1)
@inner_option
def add(organization: str, name: str, user_names: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Put users, by user name, and groups into the group NAME: all or none. Those who are in it stay."""
    who = actor(organization_of(organization).id)
    group_id, members = services.groups.named(who.organization_id, *_names(name, user_names, groups))
    click.echo(f"{services.groups.add_members(who, group_id, members, at=now())} added.")


@group.command()
@organization_option
@click.argument("name")
@click.argument("user_names", nargs=-1)
@inner_option
def remove(organization: str, name: str, user_names: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Take users, by user name, and groups out of the group NAME. Those who are not in it stay out."""
    who = actor(organization_of(organization).id)
    group_id, members = services.groups.named(who.organization_id, *_names(name, user_names, groups))
    click.echo(f"{services.groups.remove_members(who, group_id, members, at=now())} removed.")


def _names(name: str, users: tuple[str, ...], groups: tuple[str, ...]) -> tuple[str, list[str], list[str]]:
    return (
        checked(Text(), name, "NAME"),
        [checked(Text(), user, "USER_NAMES") for user in users],
        [checked(Text(), inner, "--group") for inner in groups],
    )
