"""Groups and who is in them: `/api/v1/groups`."""

from typing import Any
from uuid import UUID

from flask import jsonify
from werkzeug import Response

from roster import services
from roster.blueprints.api.access import access, actor, expected_version, needs
from roster.blueprints.api.answers import created, linked, shown, tagged
from roster.blueprints.api.described import DescribedBlueprint
from roster.blueprints.api.once import once
from roster.blueprints.bearer import now
from roster.schemas import events as event_schemas
from roster.schemas import groups as schemas
from roster.services.groups import Members

blueprint = DescribedBlueprint("groups", __name__, url_prefix="/api/v1/groups", description="Groups of people.")

ONE, PAGE, MEMBERS = schemas.Group(), schemas.GroupPage(), schemas.MemberPage()
AROUND, EVENTS = schemas.GroupsAround(), event_schemas.EventPage()


@blueprint.route("", methods=["GET"])
@needs("groups:read")
@blueprint.arguments(schemas.GroupFilterQuery, location="query")
@blueprint.response(200, schemas.GroupPage)
@blueprint.failure(400, "The filter can't be read, or the cursor is not of this list.")
def index(query: dict[str, Any]) -> Response:
    """List groups, a page at a time."""
    page = services.groups.search(access().organization_id, **query)
    return linked(jsonify(PAGE.dump({"items": page.rows, "next": page.next})), page.next)


@blueprint.route("", methods=["POST"])
@needs("groups:write")
@once
@blueprint.arguments(schemas.GroupCreate)
@blueprint.response(201, schemas.Group)
@blueprint.failure(409, "The name is taken.")
def create(values: dict[str, Any]) -> Response:
    """Create a group."""
    group = services.groups.create(actor(), values, at=now())
    return created(tagged(ONE, group), group.id)


@blueprint.route("/<uuid:group_id>", methods=["GET"])
@needs("groups:read")
@blueprint.response(200, schemas.Group)
@blueprint.failure(404, "No such group.")
def show(group_id: UUID) -> Response:
    """Read one group, without its members."""
    return shown(ONE, services.groups.get(access().organization_id, group_id))


@blueprint.route("/<uuid:group_id>", methods=["PATCH"])
@needs("groups:write")
@blueprint.arguments(schemas.GroupChange, required=False)
@blueprint.response(200, schemas.Group)
@blueprint.failure(409, "The name is taken.")
@blueprint.conditional
def update(values: dict[str, Any], group_id: UUID) -> Response:
    """Change what is named; what is not named stays, null clears (RFC 7396)."""
    return tagged(ONE, services.groups.change(actor(), group_id, values, at=now(), expected_version=expected_version()))


@blueprint.route("/<uuid:group_id>", methods=["DELETE"])
@needs("groups:write")
@blueprint.response(204)
@blueprint.conditional
def delete(group_id: UUID) -> Response:
    """Delete a group; it can be restored, with its members."""
    services.groups.remove(actor(), group_id, at=now(), expected_version=expected_version())
    return Response(status=204)


@blueprint.route("/<uuid:group_id>/restore", methods=["POST"])
@needs("groups:write")
@once
@blueprint.arguments(schemas.GroupRestore, required=False)
@blueprint.response(200, schemas.Group)
@blueprint.failure(409, "Not deleted, or the name is taken.")
def restore(values: dict[str, Any], group_id: UUID) -> Response:
    """Bring a deleted group back."""
    return tagged(ONE, services.groups.restore(actor(), group_id, at=now(), display_name=values["display_name"]))


@blueprint.route("/<uuid:group_id>/members", methods=["GET"])
@needs("groups:read")
@blueprint.arguments(schemas.MemberQuery, location="query")
@blueprint.response(200, schemas.MemberPage)
def members(query: dict[str, Any], group_id: UUID) -> Response:
    """List direct members, users and groups, a page at a time."""
    limit = query["limit"]
    rows = services.groups.members(access().organization_id, group_id, after=query["after"], limit=limit + 1)
    after = rows[limit - 1].id if len(rows) > limit else None
    return linked(jsonify(MEMBERS.dump({"items": rows[:limit], "next": after})), after)


@blueprint.route("/<uuid:group_id>/members", methods=["POST"])
@needs("groups:write")
@once
@blueprint.arguments(schemas.Members)
@blueprint.response(200, schemas.MembersChanged)
@blueprint.failure(409, "A group would be inside itself.")
def add_members(values: dict[str, Any], group_id: UUID) -> Response:
    """Put users and groups into the group, all or none. Those who are in it already stay."""
    return jsonify(changed=services.groups.add_members(actor(), group_id, Members(**values), at=now()))


@blueprint.route("/<uuid:group_id>/members/remove", methods=["POST"])
@needs("groups:write")
@once
@blueprint.arguments(schemas.Members)
@blueprint.response(200, schemas.MembersChanged)
def remove_members(values: dict[str, Any], group_id: UUID) -> Response:
    """Take users and groups out of the group. Those who are not in it stay out."""
    return jsonify(changed=services.groups.remove_members(actor(), group_id, Members(**values), at=now()))


@blueprint.route("/<uuid:group_id>/members/<uuid:member_id>", methods=["DELETE"])
@needs("groups:write")
@blueprint.response(204)
def remove_member(group_id: UUID, member_id: UUID) -> Response:
    """Take one user or group out of the group."""
    services.groups.remove_members(actor(), group_id, Members([member_id], [member_id]), at=now())
    return Response(status=204)


@blueprint.route("/<uuid:group_id>/groups", methods=["GET"])
@needs("groups:read")
@blueprint.response(200, schemas.GroupsAround)
def groups(group_id: UUID) -> Response:
    """List the groups that the group is in, directly or by way of another group."""
    rows = services.groups.of_group(access().organization_id, group_id)
    return jsonify(AROUND.dump({"items": rows, "next": None}))


@blueprint.route("/<uuid:group_id>/events", methods=["GET"])
@needs("events:read")
@blueprint.response(200, event_schemas.EventPage)
def events(group_id: UUID) -> Response:
    """List what was done to the group, the newest first."""
    services.groups.get_with_deleted(access().organization_id, group_id)
    rows = services.events.of_subject(access().organization_id, group_id)
    return jsonify(EVENTS.dump({"items": rows, "next": None}))
