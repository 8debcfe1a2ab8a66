"""What this door answers: JSON of SCIM's media type, with the headers that say where it is and which version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request

from roster.blueprints.scim.lists import Content, Page
from roster.scim.attributes import LIST_URN
from roster.services.provisioning.keys import demand_version

MEDIA_TYPE = "application/scim+json"
PREFIX = "/scim/v2"
TOLERANT: dict[str, Any] = {"strict_slashes": False, "merge_slashes": False, "provide_automatic_options": False}
"""A slash at the end is no other address; and nothing is answered that is not JSON: no redirect, no OPTIONS."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as it is answered: what is told of it, where it is, and its version as a weak tag."""

    content: Content
    address: str
    version: str


def base() -> str:
    """Return the address of this door, as the client sees it."""
    root = quote(request.root_path.rstrip("/"))  # `url_root` reads what it wrote once more, and takes ten times as long
    return f"{request.scheme}://{request.host}{root}{PREFIX}"


def answered(body: Content, status: int = 200) -> Response:
    """Answer with JSON. Whatever Accept says, it is of SCIM's own media type (RFC 7644 §3.8)."""
    return Response(orjson.dumps(body), status, content_type=MEDIA_TYPE)


def one(resource: Resource, status: int = 200) -> Response:
    """Answer one resource; its address and version in any case (RFC 7644 §3.14)."""
    response = answered(resource.content, status)
    response.headers["ETag"] = resource.version
    response.headers["Location"] = response.headers["Content-Location"] = resource.address
    return response


def unless_known(resource: Resource, expected: Collection[str] | None) -> Response:
    """Answer one resource that is read, or 304 if the client has it (RFC 9110 §13.1).

    The tags are weak: names of others that it shows, of a member or of a group, may change without it (§8.8.1).

    Raises:
        AppException: STALE_VERSION, where another version is expected.
    """
    demand_version(resource.version.removeprefix('W/"').rstrip('"'), expected)
    response = one(resource)
    if "If-None-Match" in request.headers:
        # Werkzeug would answer If-Match, too, but not in this door's voice.
        response.make_conditional(request.environ | {"HTTP_IF_MATCH": ""})
    return response


def page(found: Page) -> Response:
    """Answer a page of a list."""
    return listed(found.resources, found.total, found.start, nextCursor=found.next)


def listed(
    resources: Sequence[Content], total: int | None = None, start: int | None = 1, **cursors: str | None
) -> Response:
    """Answer a list (RFC 7644 §3.4.2). Where there is no total, these are all."""
    body = {
        "schemas": [LIST_URN],
        "totalResults": len(resources) if total is None else total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
        **cursors,
    }
    return answered({name: value for name, value in body.items() if value is not None})


def nothing() -> Response:
    """Answer that it is done."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response
