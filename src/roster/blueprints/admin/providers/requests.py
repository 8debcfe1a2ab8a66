"""What an identity provider sent and was answered: failures first, then everything, then one of them in full."""

from typing import Any
from uuid import UUID

import orjson
from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from roster import services
from roster.blueprints.admin.listing import asked
from roster.blueprints.admin.providers.advice import advice
from roster.blueprints.admin.visit import room, visit
from roster.schemas.providers import METHODS, RequestSearch
from roster.services.provisioning.requests import Search

blueprint = room("requests", __name__, "/providers/<uuid:provider_id>/requests")

LIMIT = 50
KEPT = ("show", "method", "status", "q")


@blueprint.get("", strict_slashes=False)
def index(provider_id: UUID) -> ResponseReturnValue:
    """Show a provider's newest requests that match: where nothing else is asked for, those that failed."""
    key = visit().organization.id
    provider = services.provisioning.providers.get(key, provider_id)
    query = asked(RequestSearch(), request.args, {})
    rows = services.provisioning.requests.search(
        key, provider_id, _search(query), before=query["before"], limit=LIMIT + 1
    )
    return render_template(
        "admin/providers/requests.html",
        provider=provider,
        rows=rows[:LIMIT],
        next=rows[LIMIT - 1].id if len(rows) > LIMIT else None,
        query=query,
        given={name: value for name in KEPT if (value := request.args.get(name))},
        methods=METHODS,
    )


@blueprint.get("/<uuid:request_id>")
def show(provider_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Show one request and its answer in full, and what can be done about it."""
    key = visit().organization.id
    provider = services.provisioning.providers.get(key, provider_id)
    row = services.provisioning.requests.find(key, provider_id, request_id)
    if row is None:
        raise NotFound("This request is not kept, or not any more.")
    bodies = {"sent": _pretty(row.sent), "answered": _pretty(row.answered)}
    return render_template("admin/providers/request.html", provider=provider, row=row, advice=advice(row), **bodies)


def _search(query: dict[str, Any]) -> Search:
    return Search(query["show"] == "failures", query["method"], query["status"], query["q"])


def _pretty(body: Any) -> str | None:
    return None if body is None else orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
