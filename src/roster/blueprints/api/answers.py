"""Answers that have a form of their own: one thing with its ETag, a page with a link to the next."""

from typing import Any

from flask import jsonify, request, url_for
from marshmallow import Schema
from werkzeug import Response

from roster.blueprints.api.access import demand_version


def tagged(schema: Schema, thing: Any) -> Response:
    """Answer one thing, with its version as the ETag."""
    response = jsonify(schema.dump(thing))
    response.set_etag(str(thing.version))
    return response


def shown(schema: Schema, thing: Any) -> Response:
    """Answer one thing that is read, or 304 if the client has it (RFC 9110 §13.1).

    Raises:
        AppException: STALE_VERSION, where `If-Match` asks for another version.
    """
    demand_version(thing.version)
    # Werkzeug would answer If-Match, too, but not in this door's voice.
    return tagged(schema, thing).make_conditional(request.environ | {"HTTP_IF_MATCH": ""})


def linked(response: Response, after: object) -> Response:
    """Add the address of the next page, if there is one (RFC 8288)."""
    if after is not None:
        query: dict[str, Any] = request.args.to_dict() | {"after": str(after)}
        address = url_for(request.endpoint or "", **(request.view_args or {}), **query)
        response.headers["Link"] = f'<{address}>; rel="next"'
    return response
