"""What every answer tells the browser not to do: run, frame, sniff, send or keep what it should not."""

from flask import Flask, Response, request
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

HEADERS = Secure(
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
    """Put the headers on every answer."""
    app.after_request(_guarded)


def _guarded(response: Response) -> Response:
    response.headers.extend(HEADERS)
    if request.is_secure:  # over http a browser ignores it (RFC 6797 §8.1)
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
