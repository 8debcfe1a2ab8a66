"""For load balancers and monitors: `/healthz` (alive) and `/readyz` (the database answers, migrations are current)."""

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app, jsonify

from roster import services


def register(app: Flask) -> None:
    """Open this door."""
    app.add_url_rule("/healthz", view_func=alive)
    app.add_url_rule("/readyz", view_func=ready)


def alive() -> Response:
    """Say that the process answers; it asks nobody else."""
    return jsonify(status="alive")


def ready() -> tuple[Response, int]:
    """Say whether requests can be served: 503 while the schema is not the one this code was written for."""
    found, expected = services.health.migration(), _head(current_app.extensions["migrate"].directory)
    if found != expected:
        return jsonify(status="migrations pending", found=found, expected=expected), 503
    return jsonify(status="ready"), 200


@cache
def _head(directory: str) -> str | None:
    return ScriptDirectory(Path(directory)).get_current_head()
