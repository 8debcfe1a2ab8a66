"""Users: `/api/v1/users`."""

from typing import Any
from uuid import UUID

from flask import jsonify, request, url_for
from werkzeug import Response

from roster import services
from roster.blueprints.api.access import access, actor, demand_version, expected_version, needs, now
from roster.blueprints.api.described import DescribedBlueprint
from roster.models import User
from roster.schemas import users as schemas

blueprint = DescribedBlueprint("users", __name__, url_prefix="/api/v1/users", description="People of an organization.")

ONE, PAGE = schemas.User(), schemas.UserPage()

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The ETag that you read: 412 if somebody else changed the user since.",
}
conditional = blueprint.doc(parameters=[IF_MATCH])


@blueprint.route("", methods=["GET"])
@needs("users:read")
@blueprint.arguments(schemas.UserQuery, location="query")
@blueprint.response(200, schemas.UserPage)
def index(query: dict[str, Any]) -> Response:
    """List users, a page at a time."""
    page = services.users.search(access().organization_id, **query)
    response = jsonify(PAGE.dump({"items": page.rows, "next": page.next}))
    if page.next:
        response.headers["Link"] = f'<{url_for(".index", **_query(page.next))}>; rel="next"'
    return response


@blueprint.route("", methods=["POST"])
@needs("users:write")
@blueprint.arguments(schemas.UserCreate)
@blueprint.response(201, schemas.User)
@blueprint.failure(409, "The user name is taken.")
def create(values: dict[str, Any]) -> tuple[Response, int, dict[str, str]]:
    """Create a user."""
    user = services.users.create(actor(), values, at=now())
    return _one(user), 201, {"Location": url_for(".show", user_id=user.id)}


@blueprint.route("/<uuid:user_id>", methods=["GET"])
@needs("users:read")
@blueprint.response(200, schemas.User)
@blueprint.failure(404, "No such user.")
def show(user_id: UUID) -> Response:
    """Read one user."""
    user = services.users.get(access().organization_id, user_id)
    demand_version(user.version)
    # Werkzeug would answer If-Match, too, but not in this door's voice.
    return _one(user).make_conditional(request.environ | {"HTTP_IF_MATCH": ""})


@blueprint.route("/<uuid:user_id>", methods=["PATCH"])
@needs("users:write")
@blueprint.arguments(schemas.UserChange)
@blueprint.response(200, schemas.User)
@blueprint.failure(409, "The user name is taken.")
@blueprint.failure(412, "Somebody else changed the user: see If-Match.")
@conditional
def update(values: dict[str, Any], user_id: UUID) -> Response:
    """Change what is named; what is not named stays, null clears."""
    return _one(services.users.change(actor(), user_id, values, at=now(), expected_version=expected_version()))


@blueprint.route("/<uuid:user_id>", methods=["DELETE"])
@needs("users:write")
@blueprint.response(204)
@blueprint.failure(412, "Somebody else changed the user: see If-Match.")
@conditional
def delete(user_id: UUID) -> Response:
    """Delete a user; they can be restored."""
    services.users.remove(actor(), user_id, at=now(), expected_version=expected_version())
    return Response(status=204)


@blueprint.route("/<uuid:user_id>/restore", methods=["POST"])
@needs("users:write")
@blueprint.arguments(schemas.UserRestore, required=False)
@blueprint.response(200, schemas.User)
@blueprint.failure(409, "Not deleted, or the user name is taken.")
def restore(values: dict[str, Any], user_id: UUID) -> Response:
    """Bring a deleted user back."""
    return _one(services.users.restore(actor(), user_id, at=now(), user_name=values["user_name"]))


@blueprint.route("/<uuid:user_id>/suspend", methods=["POST"])
@needs("users:write")
@blueprint.response(200, schemas.User)
@blueprint.failure(412, "Somebody else changed the user: see If-Match.")
@conditional
def suspend(user_id: UUID) -> Response:
    """Suspend a user."""
    return _one(services.users.suspend(actor(), user_id, at=now(), expected_version=expected_version()))


@blueprint.route("/<uuid:user_id>/activate", methods=["POST"])
@needs("users:write")
@blueprint.response(200, schemas.User)
@blueprint.failure(412, "Somebody else changed the user: see If-Match.")
@conditional
def activate(user_id: UUID) -> Response:
    """End a user's suspension."""
    return _one(services.users.activate(actor(), user_id, at=now(), expected_version=expected_version()))


def _query(after: str) -> dict[str, Any]:
    return request.args.to_dict() | {"after": after}


def _one(user: User) -> Response:
    response = jsonify(ONE.dump(user))
    response.set_etag(str(user.version))
    return response
