"""A person's groups: find one to add them to."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin.groups.group_listing import GroupListing
from roster.blueprints.admin.guards import for_writers
from roster.blueprints.admin.visit import room, visit

blueprint = room("memberships", __name__, "/users/<uuid:user_id>/groups")

MOST = 25
"""Groups that are offered at once; a search finds the others."""


@blueprint.get("")
@for_writers
def new(user_id: UUID) -> ResponseReturnValue:
    """Show groups that the person could be added to."""
    organization, q = visit().organization, GroupListing.asked({"q": request.args.get("q", "")}).q
    user = services.users.get(organization.id, user_id)
    page = services.groups.search(organization.id, q=q, sort="display_name", limit=MOST)
    inside = {group.id for group in services.groups.of_user(organization.id, user_id) if group.direct}
    return render_template("admin/users/groups.html", user=user, page=page, inside=inside, q=q)
