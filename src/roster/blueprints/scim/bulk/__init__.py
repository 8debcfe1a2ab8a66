"""Many operations in one request: `/scim/v2/Bulk` (RFC 7644 §3.7)."""

from flask import Blueprint, Response

from roster.blueprints.scim.access import provider, provisioning
from roster.blueprints.scim.answers import PREFIX, TOLERANT, answered
from roster.blueprints.scim.bodies import message
from roster.blueprints.scim.bulk.job import Job
from roster.blueprints.scim.bulk.operations import limit, operations
from roster.scim.attributes import BULK_REQUEST_URN, BULK_RESPONSE_URN

blueprint = Blueprint("scim-bulk", __name__, url_prefix=PREFIX)


@blueprint.post("/Bulk", **TOLERANT)
@provisioning
def bulk() -> Response:
    """Do them one after the other, each in a transaction of its own, and tell what became of each."""
    body = message(BULK_REQUEST_URN, strict=provider().strict)
    job = Job(operations(body), limit(body))
    return answered({"schemas": [BULK_RESPONSE_URN], "Operations": job.run()})
