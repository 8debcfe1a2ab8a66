"""What is about everything at once: queries over all resources (RFC 7644 §3.4.2.1, §3.4.3), and `/Me` (§3.11)."""

from typing import NoReturn

from flask import Blueprint, Response
from werkzeug.exceptions import NotImplemented as NotOffered

from roster.blueprints.scim.access import provider, provisioning
from roster.blueprints.scim.answers import PREFIX, TOLERANT, page
from roster.blueprints.scim.lists import asked, searched
from roster.blueprints.scim.root.everything import found

blueprint = Blueprint("scim-root", __name__, url_prefix=PREFIX)


@blueprint.get("/", **TOLERANT)
@provisioning
def index() -> Response:
    """List a page of all resources that the address asks for."""
    return page(found(asked()))


@blueprint.post("/.search", **TOLERANT)
@provisioning
def search() -> Response:
    """List a page of all resources that the body asks for."""
    return page(found(searched(strict=provider().strict)))


@blueprint.route("/Me", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], **TOLERANT)
@provisioning
def me() -> NoReturn:
    """Refuse: who asks is an identity provider, and no user.

    Raises:
        NotImplemented: always.
    """
    raise NotOffered("A token belongs to an identity provider, so there is no user who asks.")
