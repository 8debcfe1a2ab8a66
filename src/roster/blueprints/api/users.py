"""Users: `/api/v1/users`."""

from typing import Any
from uuid import UUID

from flask import jsonify
from werkzeug import Response

from roster import services
from roster.blueprints.api.access import access, actor, expected_version, needs
from roster.blueprints.api.answers import created, document, documents, versioned
from roster.blueprints.api.described import DescribedBlueprint
from roster.blueprints.api.once import once
from roster.blueprints.bearer import now
from roster.schemas import events as event_schemas
from roster.schemas import groups as group_schemas
from roster.schemas import users as schemas
from roster.schemas.nothing import Nothing

blueprint = DescribedBlueprint("users", __name__, url_prefix="/api/v1/users", description="People of an organization.")

GROUPS, EVENTS = group_schemas.GroupsAround(), event_schemas.EventPage()


@blueprint.route("", methods=["GET"])
@needs("users:read")
@blueprint.arguments(schemas.UserFilterQuery, location="query")
@blueprint.response(200, schemas.UserPage)
@blueprint.failure(400, "The filter can't be read, or the cursor is not of this list.")
def index(query: dict[str, Any]) -> Response:
    """List users, a page at a time."""
    return documents(services.users.documents(access().organization_id, **query))


@blueprint.route("", methods=["POST"])
@needs("users:write")
@once
@blueprint.arguments(schemas.UserCreate)
@blueprint.response(201, schemas.User)
@blueprint.failure(409, "The user name is taken.")
def create(values: dict[str, Any]) -> Response:
    """Create a user."""
    user = services.users.create(actor(), values, at=now())
    return created(_told(user), user.id)


@blueprint.route("/<uuid:user_id>", methods=["GET"])
@needs("users:read")
@blueprint.response(200, schemas.User)
@blueprint.failure(404, "No such user.")
def show(user_id: UUID) -> Response:
    """Read one user."""
    return document(services.users.document(access().organization_id, user_id))


@blueprint.route("/<uuid:user_id>", methods=["PATCH"])
@needs("users:write")
@blueprint.arguments(schemas.UserChange, required=False)
@blueprint.response(200, schemas.User)
@blueprint.failure(409, "The user name is taken.")
@blueprint.conditional
def update(values: dict[str, Any], user_id: UUID) -> Response:
    """Change what is named; what is not named stays, null clears."""
    return _told(services.users.change(actor(), user_id, values, at=now(), expected_version=expected_version()))


@blueprint.route("/<uuid:user_id>", methods=["DELETE"])
@needs("users:write")
@blueprint.response(204)
@blueprint.conditional
def delete(user_id: UUID) -> Response:
    """Delete a user; they can be restored."""
    services.users.remove(actor(), user_id, at=now(), expected_version=expected_version())
    return Response(status=204)


@blueprint.route("/<uuid:user_id>/restore", methods=["POST"])
@needs("users:write")
@once
@blueprint.arguments(schemas.UserRestore, required=False)
@blueprint.response(200, schemas.User)
@blueprint.failure(409, "Not deleted, or the user name is taken.")
def restore(values: dict[str, Any], user_id: UUID) -> Response:
    """Bring a deleted user back."""
    return _told(services.users.restore(actor(), user_id, at=now(), user_name=values["user_name"]))


@blueprint.route("/<uuid:user_id>/suspend", methods=["POST"])
@needs("users:write")
@once
@blueprint.arguments(schemas.UserSuspend, required=False)
@blueprint.response(200, schemas.User)
@blueprint.conditional
def suspend(values: dict[str, Any], user_id: UUID) -> Response:
    """Suspend a user, for a reason or none."""
    version = expected_version()
    return _told(services.users.suspend(actor(), user_id, at=now(), expected_version=version, **values))


@blueprint.route("/<uuid:user_id>/activate", methods=["POST"])
@needs("users:write")
@once
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, schemas.User)
@blueprint.conditional
def activate(_: dict[str, Any], user_id: UUID) -> Response:
    """End a user's suspension."""
    return _told(services.users.activate(actor(), user_id, at=now(), expected_version=expected_version()))


@blueprint.route("/<uuid:user_id>/groups", methods=["GET"])
@needs("groups:read")
@blueprint.response(200, group_schemas.GroupsAround)
def groups(user_id: UUID) -> Response:
    """List the groups that the user is in, directly or by way of another group."""
    rows = services.groups.of_user(access().organization_id, user_id)
    return jsonify(GROUPS.dump({"items": rows, "next": None}))


@blueprint.route("/<uuid:user_id>/events", methods=["GET"])
@needs("events:read")
@blueprint.response(200, event_schemas.EventPage)
def events(user_id: UUID) -> Response:
    """List what was done to the user, the newest first."""
    services.users.get_with_deleted(access().organization_id, user_id)
    rows = services.events.of_subject(access().organization_id, user_id)
    return jsonify(EVENTS.dump({"items": rows, "next": None}))


def _told(user: Any) -> Response:
    """Answer a user, with their version as the ETag."""
    return versioned(schemas.as_json(user), user.version)
