"""Static files under URLs that name their content, so that browsers may keep them for good."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

SHOWN = 12
"""Hex digits of the content's SHA-256 in a URL."""
A_YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Add the content's hash to what `url_for("static", …)` makes, and let such URLs be kept."""
    app.url_defaults(_name_content)
    app.view_functions["static"] = _kept(app.view_functions["static"])


def _name_content(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values:
        values["v"] = _digest(values["filename"])


def _kept(send: Callable[..., Any]) -> Callable[..., Response]:
    """Let a file be kept only under its own hash: while a deployment rolls, new pages may ask an old server."""

    def sent(filename: str) -> Response:
        response: Response = send(filename=filename)
        if request.args.get("v") == _digest(filename):
            response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return response

    return sent


def _digest(filename: str) -> str:
    path = Path(current_app.static_folder or "", filename)
    return _digest_at(path, path.stat().st_mtime_ns)


@cache
def _digest_at(path: Path, _: int) -> str:
    """The time of the last change is only a key: what is edited while the server runs is read again."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:SHOWN]
