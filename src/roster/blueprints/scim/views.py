"""The routes of one kind of resource: `/scim/v2/Users`, `/scim/v2/Groups` (RFC 7644 §3.2)."""

from typing import Any, Protocol

from flask import Blueprint, Response, request
from flask.views import MethodView

from roster.blueprints.scim import answers
from roster.blueprints.scim.access import expected, provider, provisioning
from roster.blueprints.scim.bodies import body
from roster.blueprints.scim.lists import Page, Question, asked, searched, shown
from roster.blueprints.scim.shapes import Tags
from roster.scim.attributes import ResourceType
from roster.scim.projection import Projection


class Resources(Protocol):
    """What can be done with one kind of resource: the modules `users` and `groups`."""

    TYPE: ResourceType
    RELATED: str

    def search(self, question: Question) -> Page:
        """Return a page."""

    def get(self, given_id: str, show: Projection, /) -> answers.Resource:
        """Return one."""

    def create(self, given: Any, show: Projection, /) -> answers.Resource:
        """Create one."""

    def replace(self, given_id: str, given: Any, show: Projection, expected: Tags, /) -> answers.Resource:
        """Make one what is given."""

    def patch(self, given_id: str, given: Any, show: Projection, expected: Tags, /) -> answers.Resource:
        """Do to one what is given."""

    def remove(self, given_id: str, expected: Tags, /) -> None:
        """Delete one."""


class View(MethodView):
    """A view of one kind of resource, for identity providers alone."""

    decorators = [provisioning]  # noqa: RUF012 - Flask's own form

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.type = resources.TYPE


class All(View):
    """The whole list."""

    def get(self) -> Response:
        """List a page of what the address asks for."""
        return answers.page(self.resources.search(asked()))

    def post(self) -> Response:
        """Create one."""
        show = shown(self.type)
        return answers.one(self.resources.create(body(), show), 201)


class One(View):
    """One of them."""

    def get(self, given_id: str) -> Response:
        """Read it."""
        show = shown(self.type)
        return answers.unless_known(self.resources.get(given_id, show), expected(request.headers.get("If-Match")))

    def put(self, given_id: str) -> Response:
        """Make it what the body says."""
        show, tags = shown(self.type), expected(request.headers.get("If-Match"))
        return answers.one(self.resources.replace(given_id, body(), show, tags))

    def patch(self, given_id: str) -> Response:
        """Do to it what the body says, and answer what it is then (RFC 7644 §3.5.2)."""
        show, tags = shown(self.type), expected(request.headers.get("If-Match"))
        return answers.one(self.resources.patch(given_id, body(), show, tags))

    def delete(self, given_id: str) -> Response:
        """Delete it."""
        self.resources.remove(given_id, expected(request.headers.get("If-Match")))
        return answers.nothing()


class Search(View):
    """The list, asked for in a body, so that no log of addresses has what was looked for (RFC 7644 §3.4.3)."""

    def post(self) -> Response:
        """List a page of what the body asks for."""
        return answers.page(self.resources.search(searched(strict=provider().strict)))


def blueprint_of(resources: Resources) -> Blueprint:
    """Return the routes of one kind of resource."""
    name, endpoint = resources.TYPE.name.lower(), resources.TYPE.endpoint
    blueprint = Blueprint(f"scim-{name}", __name__, url_prefix=f"{answers.PREFIX}{endpoint}")
    for rule, view in (("", All), ("/<given_id>", One), ("/.search", Search)):
        blueprint.add_url_rule(rule, view_func=view.as_view(view.__name__.lower(), resources), **answers.TOLERANT)
    return blueprint
