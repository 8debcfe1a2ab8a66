"""For load balancers and monitors: `/healthz` (alive) and `/readyz` (the database answers, migrations are current)."""

from flask import Flask, Response, jsonify

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
    state = services.health.schema()
    if not state.current:
        return jsonify(status="migrations pending", found=state.found, expected=state.expected), 503
    return jsonify(status="ready"), 200
