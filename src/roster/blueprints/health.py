"""For load balancers and monitors.

`/healthz` (alive), `/readyz` (the database answers, migrations are current), `/metrics` (for Prometheus).
"""

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from roster import services
from roster.database import metrics as counts


def register(app: Flask) -> None:
    """Open this door."""
    app.add_url_rule("/healthz", view_func=alive)
    app.add_url_rule("/readyz", view_func=ready)
    app.add_url_rule("/metrics", view_func=metrics)


def alive() -> Response:
    """Say that the process answers; it asks nobody else."""
    return jsonify(status="alive")


def metrics() -> Response:
    """Give Prometheus what was counted: of all workers, or of this one (see `roster.database.metrics`)."""
    return Response(counts.expose(), content_type=CONTENT_TYPE_LATEST)


def ready() -> tuple[Response, int]:
    """Say whether requests can be served: 503 while the schema is not the one this code was written for."""
    state = services.health.schema()
    if not state.current:
        return jsonify(status="migrations pending", found=state.found, expected=state.expected), 503
    return jsonify(status="ready"), 200
