"""Who is in a group: add people and groups, take them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from marshmallow import Schema, fields, validate
from sqlalchemy import Row

from roster import services
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.guards import for_writers
from roster.blueprints.admin.listing import asked
from roster.blueprints.admin.visit import now, room, visit
from roster.errors import CIRCULAR_GROUPS, MEMBER_NOT_FOUND
from roster.schemas.fields.text import Text
from roster.schemas.groups import MemberQuery
from roster.schemas.groups import Members as MembersSchema
from roster.services.groups import Members

blueprint = room("members", __name__, "/groups/<uuid:group_id>/members")

MOST = 25
"""People, and groups, that are offered at once; a search finds the others."""


class Search(Schema):
    """Whom to look for: a person or a group."""

    q = Text(longest=200)
    kind = fields.String(validate=validate.OneOf(["users", "groups"]))


class AddForm(Form):
    """Those who were ticked."""

    TOLD = {MEMBER_NOT_FOUND: "", CIRCULAR_GROUPS: ""}  # noqa: RUF012 - a constant of the class


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some of a group's members, how many there are, and where the next ones begin."""

    rows: Sequence[Row[Any]]
    total: int
    after: UUID | None
    next: UUID | None

    @classmethod
    def asked(cls, organization_id: UUID, group_id: UUID, arguments: Mapping[str, str]) -> "MemberPage":
        """Return the page that a URL asks for.

        Raises:
            AppException: INVALID_INPUT, GROUP_NOT_FOUND.
        """
        query = asked(MemberQuery(), arguments, {})
        after, limit = query["after"], query["limit"]
        rows = services.groups.members(organization_id, group_id, after=after, limit=limit + 1)
        total = services.groups.member_count(organization_id, group_id)
        return cls(rows[:limit], total, after, rows[limit - 1].id if len(rows) > limit else None)


@blueprint.get("/new")
@for_writers
def new(group_id: UUID) -> ResponseReturnValue:
    """Show people or groups to choose from."""
    return _choice(group_id, AddForm())


@blueprint.post("")
def create(group_id: UUID) -> ResponseReturnValue:
    """Put those who were chosen into the group, all or none."""
    form = AddForm()
    with form.refusals():
        added = services.groups.add_members(visit().actor(), group_id, _chosen(), at=now())
        return _done(group_id, ngettext("%(num)s added.", "%(num)s added.", added) if added else _("In it already."))
    return _choice(group_id, form), 422


@blueprint.post("/remove")
def delete(group_id: UUID) -> ResponseReturnValue:
    """Take those who were chosen out of the group."""
    form = AddForm()
    with form.refusals():
        removed = services.groups.remove_members(visit().actor(), group_id, _chosen(), at=now())
        return _done(
            group_id,
            ngettext("%(num)s taken out.", "%(num)s taken out.", removed) if removed else _("Not in it any more."),
        )
    return _done(group_id, _("Nobody was chosen, so nothing was done."), "warning")


def _chosen() -> Members:
    sent = {name: request.form.getlist(name) for name in ("users", "groups")}
    return Members(**MembersSchema().load(sent))


def _choice(group_id: UUID, form: AddForm) -> str:
    organization = visit().organization
    query = asked(Search(), request.values, {"q": "", "kind": "users"})
    group = services.groups.get(organization.id, group_id)
    found = services.users if query["kind"] == "users" else services.groups
    page = found.search(organization.id, q=query["q"], sort="display_name", limit=MOST)
    return render_template("admin/groups/choose.html", group=group, page=page, form=form, **query)


def _done(group_id: UUID, message: str, category: str = "message") -> ResponseReturnValue:
    flash(message, category)
    back = sign_in.safe(request.form.get("back"))
    return redirect(back or url_for("admin.groups.show", group_id=group_id), 303)
