"""Answers that have a form of their own: one thing with its ETag, a page with a link to the next."""

from typing import Any
from urllib.parse import urlencode

import orjson
import werkzeug
from flask import Response, jsonify, request
from marshmallow import Schema

from roster.blueprints.api.access import demand_version

JSON = "application/json"


def document(found: Any) -> Response:
    """Answer a document that is read, or 304 if the client has it, as `shown` does.

    Raises:
        AppException: STALE_VERSION, where `If-Match` asks for another version.
    """
    demand_version(found.version)
    return _conditional(versioned(_json(found), found.version))


def versioned(json: str | bytes, version: int) -> Response:
    """Answer one thing whose JSON is there, with its version as the ETag."""
    response = Response(json, content_type=JSON)
    response.headers["ETag"] = f'"{version}"'
    return response


def created(response: werkzeug.Response, key: object) -> werkzeug.Response:
    """Answer a new thing of the collection that was asked, with its address: in the collection, by its key."""
    response.status_code = 201
    response.headers["Location"] = f"{request.script_root}{request.path}/{key}"
    return response


def documents(page: Any) -> Response:
    """Answer a page of documents, with a link to the next."""
    items = ",".join([row.json if row.is_plain else _json(row) for row in page.rows])  # many: each call would count
    after = "null" if page.next is None else f'"{page.next}"'
    return linked(Response(f'{{"items":[{items}],"next":{after}}}', mimetype=JSON), page.next)


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
    return _conditional(tagged(schema, thing))


def linked(response: Response, after: object) -> Response:
    """Add the address of the next page, if there is one (RFC 8288)."""
    if after is not None:
        query = urlencode(request.args.to_dict() | {"after": str(after)})
        response.headers["Link"] = f'<{request.script_root}{request.path}?{query}>; rel="next"'
    return response


def _json(document: Any) -> str:
    """The document's text, with numbers as we write them where PostgreSQL's way is another."""
    text: str = document.json
    return text if document.is_plain else orjson.dumps(orjson.loads(text)).decode()


def _conditional(response: Response) -> Response:
    """The answer, or 304. Werkzeug would answer If-Match, too, but not in this door's voice."""
    if "HTTP_IF_NONE_MATCH" not in request.environ:
        return response
    response.make_conditional(request.environ | {"HTTP_IF_MATCH": ""})
    return response
