"""What this server can do and how its resources look (RFC 7644 §4), for anybody: there is no secret in it."""

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotFound

from roster.blueprints.scim.answers import PREFIX, TOLERANT, answered, base, listed
from roster.blueprints.scim.discovery.descriptions import SCHEMAS, configuration, of_resource_type, of_schema
from roster.errors import FORBIDDEN, AppException
from roster.scim.attributes import RESOURCE_TYPES, same

blueprint = Blueprint("scim-discovery", __name__, url_prefix=PREFIX)


@blueprint.before_request
def demand_no_filter() -> None:
    """Refuse a filter, lest anybody takes the whole for what matched (RFC 7644 §4).

    Raises:
        AppException: FORBIDDEN.
    """
    if "filter" in request.args:
        raise AppException(FORBIDDEN, "What describes this server can't be filtered.")


@blueprint.get("/ServiceProviderConfig", **TOLERANT)
def service_provider_config() -> Response:
    """Tell what this server can do (RFC 7643 §5)."""
    return answered(configuration(base(), current_app.config["MAX_CONTENT_LENGTH"]))


@blueprint.get("/ResourceTypes", **TOLERANT)
def resource_types() -> Response:
    """List the kinds of resources (RFC 7643 §6)."""
    return listed([of_resource_type(each, base()) for each in RESOURCE_TYPES])


@blueprint.get("/ResourceTypes/<name>", **TOLERANT)
def resource_type(name: str) -> Response:
    """Describe one kind of resource."""
    for each in RESOURCE_TYPES:
        if each.name == name:
            return answered(of_resource_type(each, base()))
    raise NotFound("There is no such resource type.")


@blueprint.get("/Schemas", **TOLERANT)
def schemas() -> Response:
    """List the schemas (RFC 7643 §7)."""
    return listed([of_schema(each, base()) for each in SCHEMAS])


@blueprint.get("/Schemas/<urn>", **TOLERANT)
def schema(urn: str) -> Response:
    """Describe one schema, with every attribute."""
    for each in SCHEMAS:
        if same(each.id, urn):
            return answered(of_schema(each, base()))
    raise NotFound("There is no such schema.")
