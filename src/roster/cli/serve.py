"""`roster serve`: everything a newcomer needs, in one command."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from roster.cli import demo
from roster.config import Settings
from roster.database import database


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
    """Run gunicorn to its end and return its exit code. The database stays ours: it ends after gunicorn."""
    environ = os.environ | {
        "DATABASE_URL": current_app.config["SQLALCHEMY_DATABASE_URI"],
        "ROSTER_INSTANCE_PATH": current_app.instance_path,
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "roster.app:create_app()"]
    with subprocess.Popen(command, env=environ) as server:  # noqa: S603 - our own interpreter
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background jobs ignore it
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                server.terminate()  # from a terminal it had the same Ctrl-C; from elsewhere only we had it
