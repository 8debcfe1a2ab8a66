"""The organization that a token opens: `/api/v1/organizations`."""

from typing import Any
from uuid import UUID

from flask import jsonify
from werkzeug import Response

from roster import services
from roster.blueprints.api.access import access, actor, expected_version, needs
from roster.blueprints.api.answers import created, shown, tagged
from roster.blueprints.api.described import DescribedBlueprint
from roster.blueprints.api.once import once
from roster.blueprints.bearer import now
from roster.errors import ORGANIZATION_NOT_FOUND, AppException
from roster.models import Actor
from roster.schemas import organizations as schemas
from roster.schemas.nothing import Nothing

blueprint = DescribedBlueprint(
    "organizations", __name__, url_prefix="/api/v1/organizations", description="Directories of their own."
)

ONE, PAGE = schemas.Organization(), schemas.OrganizationPage()


def own(organization_id: UUID) -> Actor:
    """Return who acts on the organization; of every other one than the token's own nobody may even know.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    if organization_id != access().organization_id:
        raise AppException(ORGANIZATION_NOT_FOUND)
    return actor()


@blueprint.route("", methods=["GET"])
@needs("organizations:read")
@blueprint.response(200, schemas.OrganizationPage)
def index() -> Response:
    """List the organizations that the token opens: its own."""
    return jsonify(PAGE.dump({"items": [services.organizations.get(access().organization_id)], "next": None}))


@blueprint.route("", methods=["POST"])
@needs("organizations:write")
@once
@blueprint.arguments(schemas.OrganizationCreate)
@blueprint.response(201, schemas.Organization)
@blueprint.failure(409, "The slug is taken.")
def create(values: dict[str, Any]) -> Response:
    """Create another organization. This token does not open it; issue one that does by page or command."""
    organization = services.organizations.create(**values, at=now(), actor=actor())
    return created(tagged(ONE, organization), organization.id)


@blueprint.route("/<uuid:organization_id>", methods=["GET"])
@needs("organizations:read")
@blueprint.response(200, schemas.Organization)
def show(organization_id: UUID) -> Response:
    """Read the organization."""
    return shown(ONE, services.organizations.get(own(organization_id).organization_id))


@blueprint.route("/<uuid:organization_id>", methods=["PATCH"])
@needs("organizations:write")
@blueprint.arguments(schemas.OrganizationChange, required=False)
@blueprint.response(200, schemas.Organization)
@blueprint.failure(409, "The slug is taken.")
@blueprint.conditional
def update(values: dict[str, Any], organization_id: UUID) -> Response:
    """Change what is named."""
    return tagged(
        ONE, services.organizations.change(own(organization_id), values, at=now(), expected_version=expected_version())
    )


@blueprint.route("/<uuid:organization_id>", methods=["DELETE"])
@needs("organizations:write")
@blueprint.response(204)
@blueprint.conditional
def delete(organization_id: UUID) -> Response:
    """Close the organization at once, this token with it. It can be restored until it is purged, by page or command."""
    services.organizations.remove(own(organization_id), at=now(), expected_version=expected_version())
    return Response(status=204)


@blueprint.route("/<uuid:organization_id>/suspend", methods=["POST"])
@needs("organizations:write")
@once
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, schemas.Organization)
def suspend(_: dict[str, Any], organization_id: UUID) -> Response:
    """Suspend the organization: its tokens, this one too, open nothing until it is activated by page or command."""
    return tagged(ONE, services.organizations.suspend(own(organization_id), at=now()))
