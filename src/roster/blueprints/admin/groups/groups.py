"""Groups: find, look at, create, edit, delete, restore."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin import late_edit, timeline
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.groups.bulk_form import KINDS
from roster.blueprints.admin.groups.group_form import GroupForm, state_of
from roster.blueprints.admin.groups.group_listing import GroupListing
from roster.blueprints.admin.groups.members import MemberPage
from roster.blueprints.admin.guards import for_writers
from roster.blueprints.admin.late_edit import LateEdit
from roster.blueprints.admin.undoable import flash_undoable
from roster.blueprints.admin.visit import now, room, visit
from roster.errors import GROUP_NAME_TAKEN, GROUP_NOT_DELETED, GROUP_NOT_FOUND
from roster.models import Group, IdentityProvider
from roster.schemas.groups import GroupRestore

blueprint = room("groups", __name__, "/groups")


class GoneForm(Form):
    """A button that deletes; where it is so already, there is nothing to complain about."""

    TOLD = {GROUP_NOT_FOUND: ""}  # noqa: RUF012 - a constant of the class


class RestoreForm(Form):
    """The button that brings a group back, with room for another name when its own was taken."""

    TOLD = {GROUP_NOT_DELETED: "", GROUP_NAME_TAKEN: "display_name"}  # noqa: RUF012 - a constant of the class

    def __init__(self, display_name: str = "") -> None:
        super().__init__()
        self.display_name = display_name


@blueprint.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show a page of groups."""
    organization, listing = visit().organization, GroupListing.asked(request.args)
    page = services.groups.search(organization.id, **listing.options())
    total = services.groups.count(organization.id, **listing.narrowed())
    return render_template("admin/groups/index.html", listing=listing, page=page, total=total, KINDS=KINDS)


@blueprint.get("/<uuid:group_id>")
def show(group_id: UUID) -> ResponseReturnValue:
    """Show one group, deleted or not, who is in it, and what was done to it."""
    return _page_of(group_id, RestoreForm())


@blueprint.get("/new")
@for_writers
def new() -> ResponseReturnValue:
    """Show the form for a new group."""
    return _form(GroupForm.showing({}))


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    """Create a group."""
    form = GroupForm.sent(request.form)
    with form.refusals():
        group = services.groups.create(visit().actor(), form.values(), at=now())
        return _done(group.id, _("Created. Now add its members."))
    return _form(form), 422


@blueprint.get("/<uuid:group_id>/edit")
@for_writers
def edit(group_id: UUID) -> ResponseReturnValue:
    """Show the form to change a group."""
    group = services.groups.get(visit().organization.id, group_id)
    return _form(GroupForm.showing(state_of(group), group.version), group)


@blueprint.post("/<uuid:group_id>/edit")
def update(group_id: UUID) -> ResponseReturnValue:
    """Change what was changed in the form."""
    form, actor = GroupForm.sent(request.form), visit().actor()
    shown = GroupForm.showing(state_of(services.groups.get_with_deleted(actor.organization_id, group_id)))
    with form.refusals():
        changes = form.changes(shown)
        version = form.version if changes else None  # what is so already (a form sent twice) can't be too late
        group = services.groups.change(actor, group_id, changes, at=now(), expected_version=version)
        return _done(
            group_id, _("Saved.") if group.version > form.version else _("Nothing to save: nothing was changed.")
        )
    return _come_back(form, group_id), 422


@blueprint.post("/<uuid:group_id>/delete")
def delete(group_id: UUID) -> ResponseReturnValue:
    """Delete a group. Where somebody else was faster, its page says so."""
    with GoneForm().refusals():
        services.groups.remove(visit().actor(), group_id, at=now())
        flash_undoable(_("Deleted."), url_for(".restore", group_id=group_id))
    return _shown(group_id)


@blueprint.post("/<uuid:group_id>/restore")
def restore(group_id: UUID) -> ResponseReturnValue:
    """Bring a deleted group back with its members; offer another name if its own was taken."""
    form = RestoreForm(request.form.get("display_name", ""))
    with form.refusals():
        values = GroupRestore().load({"display_name": form.display_name})
        services.groups.restore(visit().actor(), group_id, at=now(), **values)
        return _done(group_id, _("Restored."))
    return (_page_of(group_id, form), 422) if "display_name" in form.errors else _shown(group_id)


def _page_of(group_id: UUID, form: RestoreForm) -> str:
    organization = visit().organization
    group = services.groups.get_with_deleted(organization.id, group_id)
    members = None if group.deleted_at else MemberPage.asked(organization.id, group_id, request.args)
    around = [] if group.deleted_at else services.groups.of_group(organization.id, group_id)
    entries = timeline.of(services.events.of_subject(organization.id, group_id), seen_by=group_id)
    provider = _provider_of(group)
    shown = {"group": group, "provider": provider, "members": members, "around": around, "timeline": entries}
    return render_template("admin/groups/show.html", form=form, **shown)


def _provider_of(group: Group) -> IdentityProvider | None:
    came_from = group.identity_provider_id
    return services.provisioning.providers.get(group.organization_id, came_from) if came_from else None


def _form(form: GroupForm, group: Group | None = None, late: LateEdit | None = None) -> str:
    return render_template("admin/groups/form.html", form=form, group=group, late=late)


def _come_back(form: GroupForm, group_id: UUID) -> str:
    """The form as it was sent; where somebody else was faster, brought up to date."""
    organization = visit().organization
    group = services.groups.get_with_deleted(organization.id, group_id)
    if "late" not in form.errors:
        return _form(form, group)
    events = services.events.of_subject(organization.id, group_id)
    own = [event for event in events if event.subject_id == group_id and event.object_id is None]
    return _form(form, group, late_edit.merge(form, state_of(group), group.version, own))


def _done(group_id: UUID, message: str) -> ResponseReturnValue:
    flash(message)
    return _shown(group_id)


def _shown(group_id: UUID) -> ResponseReturnValue:
    return redirect(url_for(".show", group_id=group_id), 303)
