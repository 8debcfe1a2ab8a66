"""`roster users`: import and export."""

import csv
import sys
from contextlib import nullcontext
from typing import IO, Any

import click
import orjson
from flask.cli import AppGroup

from roster import services
from roster.cli.command import actor, now, organization_of
from roster.database import dry_run
from roster.schemas import user_csv
from roster.schemas.users import User
from roster.services.imports import Line, OnError, Refused, Report

group = AppGroup("users", help="Users: import and export.")

organization_option = click.option("--organization", metavar="SLUG", required=True, help="Whose directory.")
ONE = User()


@group.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig", errors="surrogateescape"))
@organization_option
@click.option("--dry-run", "rehearse", is_flag=True, help="Do everything, report it, and keep nothing.")
@click.option(
    "--on-error",
    type=click.Choice(["skip", "rollback"]),
    default="rollback",
    show_default=True,
    help="What a line that can't be taken means for the rest.",
)
def import_(file: IO[str], organization: str, rehearse: bool, on_error: OnError) -> None:
    """Create and update users from a CSV FILE ("-" for standard input), matched by user name."""
    who = actor(organization_of(organization).id)
    records = list(user_csv.read(file))
    lines = [Line(record.number, record.values) for record in records if record.values is not None]
    refused = [Refused(record.number, record.user_name, record.fault) for record in records if record.fault]
    with dry_run() if rehearse else nullcontext(), _bar(len(lines)) as bar:
        report = services.imports.users(
            who, lines, refused, on_error=on_error, at=now(), progress=lambda done: bar.update(done - bar.pos)
        )
    _tell(report, rehearse)


def _bar(length: int) -> Any:
    return click.progressbar(length=length, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty())


def _tell(report: Report, rehearse: bool) -> None:
    """Print what came of it; exit with 1 where lines were refused."""
    for refused in report.refused:
        click.echo(f"line {refused.number}: {refused.user_name or '(no user name)'}: {refused.reason}")
    click.echo(
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, "
        f"{len(report.refused)} refused"
    )
    if not report.kept:
        click.echo("Nothing was kept: lines were refused, and --on-error is rollback.")
    elif rehearse:
        click.echo("Nothing was kept: this was a dry run.")
    if report.refused:
        click.get_current_context().exit(1)


@group.command("export")
@organization_option
@click.option("--format", "kind", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
def export(organization: str, kind: str) -> None:
    """Write every live user to standard output, as they all were at one moment."""
    organization_id = organization_of(organization).id
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr] # a real stream
    rows = services.exports.users(organization_id)
    if kind == "csv":
        names = services.exports.attribute_names(organization_id)
        csv.writer(sys.stdout, lineterminator="\n").writerows(user_csv.write(rows, names))
    else:
        for row in rows:
            sys.stdout.write(orjson.dumps(ONE.dump(row)).decode() + "\n")
