"""Two people who are one: find the other, compare, choose, merge."""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin.guards import for_writers
from roster.blueprints.admin.people import person_page
from roster.blueprints.admin.people.merge_form import LABELS, MergeForm
from roster.blueprints.admin.people.people_listing import PeopleListing
from roster.blueprints.admin.undoable import flash_undoable, operator
from roster.blueprints.admin.visit import now, room, visit
from roster.models import User

blueprint = room("merging", __name__, "/users/<uuid:user_id>/merge")

MOST = 25
"""People that are offered at once; a search finds the others."""


@blueprint.get("")
@for_writers
def search(user_id: UUID) -> ResponseReturnValue:
    """Show people who may be the same: at first those who share a name."""
    organization = visit().organization
    user = services.users.get(organization.id, user_id)
    q = PeopleListing.asked({"q": request.args.get("q", user.family_name or user.display_name)[:200]}).q
    page = services.users.search(organization.id, q=q, sort="display_name", limit=MOST)
    others = [row for row in page.rows if row.id != user_id]
    return render_template("admin/users/merge_search.html", user=user, others=others, more=page.next, q=q)


@blueprint.get("/<uuid:other_id>")
@for_writers
def show(user_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Show the two side by side."""
    return _page(user_id, other_id, MergeForm())


@blueprint.post("/<uuid:other_id>")
def merge(user_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Make one of the two."""
    form = MergeForm(request.form)
    with form.refusals():
        operation = services.operations.merging.merge(
            operator(),
            user_id,
            other_id,
            form.choices,
            at=now(),
            versions=form.versions,
            despite_provider=form.despite_provider,
        )
        flash_undoable(_("Merged."), url_for("admin.operations.undo", operation_id=operation.id))
        return person_page.shown(user_id)
    return _page(user_id, other_id, form), 422


def _page(user_id: UUID, other_id: UUID, form: MergeForm) -> str:
    key = visit().organization.id
    user, other = services.users.get(key, user_id), services.users.get(key, other_id)
    providers = {one.id: one for one in services.provisioning.providers.search(key)}
    owner = providers.get(other.identity_provider_id) if other.identity_provider_id else None
    rows = list(form.rows(user, other, {one.id: one.name for one in providers.values()}))
    shown = {"user": user, "other": other, "rows": rows, "labels": LABELS, "form": form}
    groups = _groups(other)
    return render_template(
        "admin/users/merge.html", owner=owner if owner and owner.enabled else None, groups=groups, **shown
    )


def _groups(user: User) -> list[str]:
    found = services.groups.of_user(user.organization_id, user.id)
    return [group.display_name for group in found if group.direct]
