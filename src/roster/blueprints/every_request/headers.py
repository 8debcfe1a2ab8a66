"""What every answer tells the browser not to do: run, frame, sniff, send or keep what it should not."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Flask
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    XContentTypeOptions,
    XFrameOptions,
)

NONE, SELF = "'none'", "'self'"

HEADERS: Sequence[tuple[str, str]] = Secure(
    csp=ContentSecurityPolicy()
    .default_src(NONE)
    .style_src(SELF)
    .script_src(SELF)
    .img_src(SELF)
    .connect_src(SELF)
    .font_src(SELF)
    .form_action(SELF)
    .base_uri(NONE)
    .frame_ancestors(NONE),
    coop=CrossOriginOpenerPolicy().same_origin(),
    permissions=PermissionsPolicy().camera().geolocation().microphone().payment().usb(),
    # Not no-referrer: over HTTPS, Flask-WTF also checks where a form was sent from.
    referrer=ReferrerPolicy().same_origin(),
    xcto=XContentTypeOptions().nosniff(),
    xfo=XFrameOptions().deny(),
).header_items()
"""Made once: they are the same for everybody."""


def register(app: Flask) -> None:
    """Put the headers on every answer, whoever made it."""
    inside = app.wsgi_app

    def guarded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            return start_response(status, [*headers, *_added(environ, headers)], *failure)

        return inside(environ, start)

    app.wsgi_app = guarded  # type: ignore[method-assign] # Flask's own way to wrap an application


def _added(environ: dict[str, Any], headers: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    added = HEADERS
    if environ["wsgi.url_scheme"] == "https":  # over http a browser ignores it (RFC 6797 §8.1)
        added = (*added, ("Strict-Transport-Security", "max-age=31536000"))
    said = dict(headers)
    if said.get("Content-Type", "").startswith("text/html") and "Cache-Control" not in said:
        added = (*added, ("Cache-Control", "no-store"))
    return added
