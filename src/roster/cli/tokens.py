"""`roster tokens`."""

from datetime import timedelta

import click
from flask.cli import AppGroup

from roster import services
from roster.cli.command import actor, checked, now, organization_of
from roster.models.token import SCOPES
from roster.schemas.fields.text import Text

group = AppGroup("tokens", help="Tokens: how programs sign in.")

organization_option = click.option("--organization", metavar="SLUG", required=True, help="Whose directory it opens.")


@group.command()
@organization_option
@click.option("--kind", type=click.Choice(["api", "scim"]), required=True)
@click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="For api; all of them if not given.")
@click.option("--provider", metavar="NAME", help="For scim: the identity provider; made if it is new.")
@click.option("--name", help="What people call the token.")
@click.option("--expires-in", metavar="DAYS", type=click.IntRange(1, 3650), help="Never, if not given.")
def issue(
    organization: str,
    kind: str,
    scopes: tuple[str, ...],
    provider: str | None,
    name: str | None,
    expires_in: int | None,
) -> None:
    """Issue a token and print it, alone, on standard output. It can't be shown again."""
    if (kind == "scim") != bool(provider):
        raise click.UsageError("--provider belongs to --kind scim, and only there.")
    if kind == "scim" and scopes:
        raise click.UsageError("--scope belongs to --kind api.")
    at = now()
    text = services.tokens.issue(
        actor(organization_of(organization).id),
        kind=kind,
        scopes=() if kind == "scim" else scopes or SCOPES,
        name=checked(Text(required=True), name or provider or "api", "--name"),
        provider=checked(Text(required=True), provider, "--provider") if provider else None,
        at=at,
        expires_at=at + timedelta(days=expires_in) if expires_in else None,
    )
    click.echo(text)


@group.command("list")
@organization_option
def index(organization: str) -> None:
    """List tokens, the newest first: prefix, kind, name, state, scopes."""
    at = now()
    for token in services.tokens.search(organization_of(organization).id):
        state = "revoked" if token.revoked_at else "expired" if token.expires_at and token.expires_at <= at else "valid"
        click.echo("\t".join([token.prefix, token.kind, token.name, state, " ".join(token.scopes)]))


@group.command()
@organization_option
@click.argument("prefix")
@click.option("--overlap", metavar="HOURS", type=click.IntRange(0, 720), default=1, show_default=True)
def rotate(organization: str, prefix: str, overlap: int) -> None:
    """Print a token that replaces the one that shows PREFIX; the old one goes on for the overlap."""
    who = actor(organization_of(organization).id)
    shown = checked(Text(), prefix, "PREFIX")
    click.echo(services.tokens.rotate(who, shown, at=now(), overlap=timedelta(hours=overlap)))


@group.command()
@organization_option
@click.argument("prefix")
def revoke(organization: str, prefix: str) -> None:
    """End the token that shows PREFIX (see `list`), at once."""
    services.tokens.revoke(actor(organization_of(organization).id), checked(Text(), prefix, "PREFIX"), at=now())
    click.echo(f"Revoked {prefix}.")
