"""The feed of changes: `/api/v1/events`."""

from typing import Any

from flask import jsonify
from werkzeug import Response

from roster import services
from roster.blueprints.api.access import access, needs
from roster.blueprints.api.described import DescribedBlueprint
from roster.schemas import events as schemas

blueprint = DescribedBlueprint("events", __name__, url_prefix="/api/v1/events", description="Who changed what.")

PAGE = schemas.EventPage()


@blueprint.route("", methods=["GET"])
@needs("events:read")
@blueprint.arguments(schemas.EventQuery, location="query")
@blueprint.response(200, schemas.EventPage)
def index(query: dict[str, Any]) -> Response:
    """Follow changes, the oldest first. Keep `next` and ask again with it: nothing is missed, nothing comes twice."""
    rows, place = services.events.feed(access().organization_id, **query)
    return jsonify(PAGE.dump({"items": rows, "next": place}))
