"""Tokens: `/api/v1/tokens`."""

from datetime import timedelta
from typing import Any

from flask import jsonify
from werkzeug import Response

from roster import services
from roster.blueprints.api.access import access, actor, needs
from roster.blueprints.api.described import DescribedBlueprint
from roster.blueprints.api.once import once
from roster.blueprints.bearer import now
from roster.schemas import tokens as schemas

blueprint = DescribedBlueprint("tokens", __name__, url_prefix="/api/v1/tokens", description="How programs sign in.")

PAGE = schemas.TokenPage()


@blueprint.route("", methods=["GET"])
@needs("tokens:read")
@blueprint.response(200, schemas.TokenPage)
def index() -> Response:
    """List tokens, the newest first, without their texts."""
    return jsonify(PAGE.dump({"items": services.tokens.search(access().organization_id), "next": None}))


@blueprint.route("", methods=["POST"])
@needs("tokens:write")
@once
@blueprint.arguments(schemas.TokenCreate)
@blueprint.response(201, schemas.NewToken)
@blueprint.failure(403, "The new token would open more than this one.")
def create(values: dict[str, Any]) -> tuple[Response, int]:
    """Issue a token. It can't open more than the one that issues it (one of the kind scim opens users and groups).

    Its text is shown this once.
    """
    days, at = values.pop("expires_in"), now()
    expires_at = at + timedelta(days=days) if days else None
    text = services.tokens.issue(actor(), **values, at=at, expires_at=expires_at, within=access().scopes)
    return jsonify(token=text), 201


@blueprint.route("/<string(length=8):prefix>/rotate", methods=["POST"])
@needs("tokens:write")
@once
@blueprint.arguments(schemas.TokenRotate, required=False)
@blueprint.response(201, schemas.NewToken)
def rotate(values: dict[str, Any], prefix: str) -> tuple[Response, int]:
    """Replace a token by one that may do the same; the old one goes on for a while, so that nothing stands still."""
    overlap = timedelta(seconds=values["overlap"])
    text = services.tokens.rotate(actor(), prefix, at=now(), overlap=overlap, within=access().scopes)
    return jsonify(token=text), 201


@blueprint.route("/<string(length=8):prefix>", methods=["DELETE"])
@needs("tokens:write")
@blueprint.response(204)
def delete(prefix: str) -> Response:
    """End a token, at once."""
    services.tokens.revoke(actor(), prefix, at=now())
    return Response(status=204)
