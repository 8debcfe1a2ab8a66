"""`roster administrators`."""

import sys

import click
from flask.cli import AppGroup

from roster import services
from roster.cli.command import checked, now, organization_of
from roster.models.administrator import ROLES
from roster.schemas.users import Address

group = AppGroup("administrators", help="Administrators: who may sign in to the pages.")

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024


@group.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="admin", show_default=True)
@click.option("--organization", metavar="SLUG", help="Only this organization; all of them if not given.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
def create(email: str, role: str, organization: str | None, password_stdin: bool) -> None:
    """Create an administrator who signs in with EMAIL."""
    address = checked(Address(required=True), email, "EMAIL")
    password = _given() if password_stdin else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise click.UsageError(f"The password must have between {SHORTEST_PASSWORD} and {LONGEST_PASSWORD} characters.")
    where = organization_of(organization).id if organization else None
    services.administrators.create(address, password, role, at=now(), organization_id=where)
    click.echo(f"Created {role} {address}.")


def _given() -> str:
    line = sys.stdin.buffer.readline()
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise click.UsageError("The password must be UTF-8.") from None
