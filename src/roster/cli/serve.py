"""`roster serve`: everything a newcomer needs, in one command."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from roster.cli import demo
from roster.config import Settings
from roster.database import database, embedded
from roster.database.embedded import EmbeddedError

WORKER = [sys.executable, "-m", "roster", "worker"]
WATCHED_EVERY = 0.5
"""Seconds between looks at the embedded database."""


@click.command()
@with_appcontext
def serve() -> None:
    """Bring the schema up to date, fill an empty database with demo people, and serve on 127.0.0.1:$PORT."""
    settings: Settings = current_app.extensions["roster.settings"]
    _demand_free(settings.port)
    upgrade()
    sign_in = demo.fill_if_empty(Path(current_app.instance_path))
    database.engine.dispose()
    click.echo(_welcome(settings.port, sign_in))
    sys.exit(_gunicorn(settings.port))


def _welcome(port: int, sign_in: str | None) -> str:
    lines = ["", f"  Roster is at  http://127.0.0.1:{port}/", f"  The API is at http://127.0.0.1:{port}/api/docs"]
    if sign_in:
        lines.append(f"  Sign in as    {sign_in}")
    return "\n".join([*lines, "  Ctrl-C ends it.", ""])


def _demand_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise click.ClickException(f"Port {port} is taken. Choose another one: PORT={port + 1} make run") from None


def _gunicorn(port: int) -> int:
    """Run gunicorn to its end and return its exit code, and a worker beside it.

    Each holds the embedded database by itself, as we do.
    """
    environ = os.environ | {"ROSTER_INSTANCE_PATH": current_app.instance_path}
    with (
        subprocess.Popen(WORKER, env=environ) as worker,  # noqa: S603 - our own interpreter
        subprocess.Popen(_command(port), env=environ) as server,  # noqa: S603
    ):
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background jobs ignore it
        try:
            return _waited_for(server)
        finally:
            worker.terminate()


def _waited_for(server: "subprocess.Popen[bytes]") -> int:
    while True:
        try:
            with suppress(subprocess.TimeoutExpired):
                return server.wait(timeout=WATCHED_EVERY)
            _revive()
        except KeyboardInterrupt:
            server.terminate()  # from a terminal it had the same Ctrl-C; from elsewhere only we had it


def _command(port: int) -> list[str]:
    """What gunicorn.conf.py says, too, but that is only read in its own folder."""
    settings: Settings = current_app.extensions["roster.settings"]
    voice = ["--worker-class", "roster.blueprints.every_request.unreadable.Worker"]
    workers = ["--workers", str(settings.workers), "--threads", str(settings.threads), *voice]
    listen = ["--preload", "--bind", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", *workers, *listen, "roster.app:create_app()"]


def _revive() -> None:
    """Start the embedded database again if it died; nobody else would. Costs next to nothing while it lives."""
    if current_app.extensions["roster.settings"].database_url is None:
        with suppress(EmbeddedError):
            embedded.start(Path(current_app.instance_path)).stop()
