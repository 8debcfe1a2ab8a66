"""`roster users`: import and export."""

import gc
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask.cli import AppGroup

from roster import services
from roster.cli.command import actor, now, organization_of
from roster.models import Actor
from roster.schemas.files import user_csv, user_file
from roster.services.imports import OnError, Options

SELDOM = 20_000
"""Objects more than before after which the collector looks for circles."""

group = AppGroup("users", help="Users: import and export.")

organization_option = click.option("--organization", metavar="SLUG", required=True, help="Whose directory.")


@group.command("import")
@click.argument("file", type=click.File("rb"))
@organization_option
@click.option("--dry-run", is_flag=True, help="Do everything, report it, and keep nothing.")
@click.option(
    "--on-error",
    type=click.Choice(["skip", "rollback"]),
    default="rollback",
    show_default=True,
    help="What a line that can't be taken means for the rest.",
)
@click.option("--format", "kind", type=click.Choice(user_file.FORMATS), help="Else it is told from the file's name.")
def import_(file: BinaryIO, organization: str, dry_run: bool, on_error: OnError, kind: str | None) -> None:
    """Create and update users from a CSV or JSON lines FILE ("-" for standard input), matched by user name."""
    who = actor(organization_of(organization).id)
    name = getattr(file, "name", "-")
    kind = kind or ("jsonl" if Path(name).suffix in {".jsonl", ".ndjson"} else "csv")
    with _settled():
        with _rewindable(file) as again:
            options = Options(on_error, dry_run, kind, user_file.columns(again, kind), file_name=Path(name).name)
            job = services.imports.stage(who, lambda: user_file.read(again, kind), options, state="running", at=now())
        job = _run(who, job)
    _tell(job)


@contextmanager
def _settled() -> Iterator[None]:
    """Keep the collector from what is loaded, which stays, and let it look at what is new once a batch of lines.

    To walk through what is loaded takes a third of an import's time, and to look as often as it would another tenth of
    Python's; what is made of lines refers to nothing in a circle, and goes without being looked for.
    """
    often = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *often[1:])
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()


def _rewindable(file: BinaryIO) -> BinaryIO:
    """The file itself, or what comes by a pipe as a file: a failure of the database may want it once more."""
    if file.seekable():
        return file
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(file, kept)
    return kept


def _run(who: Actor, job: Any) -> Any:
    """Run the job to its end, and return it; Ctrl-C ends it where it is."""
    try:
        with _bar(job.total_count) as bar:
            while job.state == "running":
                job = services.imports.step(
                    who.organization_id, job.id, 1, clock=now, progress=lambda done: bar.update(done - bar.pos)
                )
    except KeyboardInterrupt:
        stopped = services.jobs.cancel(who, job.id, at=now())
        kept = stopped.report["created"] + stopped.report["updated"]
        click.echo(
            f"\nStopped at line {stopped.position}: {kept} users are written." if kept else "\nNothing was kept.",
            err=True,
        )
        raise
    return job


def _bar(length: int) -> Any:
    return click.progressbar(length=length, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty())


def _tell(job: Any) -> None:
    """Print what came of it; exit with 1 where lines were refused."""
    report = job.report
    for line in services.jobs.refused(job.organization_id, job.id):
        click.echo(f"line {line.number}: {line.user_name or '(no user name)'}: {line.fault}")
    counts = ", ".join(f"{report[name]} {name}" for name in ("created", "updated", "unchanged", "refused"))
    click.echo(counts)
    if not report["kept"]:
        click.echo("Nothing was kept: lines were refused, and --on-error is rollback.")
    elif job.options["dry_run"]:
        click.echo("Nothing was kept: this was a dry run.")
    if report["refused"]:
        click.get_current_context().exit(1)


@group.command("export")
@organization_option
@click.option("--format", "kind", type=click.Choice(user_file.FORMATS), default="csv", show_default=True)
def export(organization: str, kind: str) -> None:
    """Write every live user to standard output, as they all were at one moment."""
    organization_id = organization_of(organization).id
    is_table = kind == "csv"
    parts = (
        user_csv.lines(services.exports.table(organization_id))
        if is_table
        else services.exports.documents(organization_id)
    )
    for part in parts:
        sys.stdout.buffer.write(part)
