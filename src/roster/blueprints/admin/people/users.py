"""People: find, look at, add, edit, suspend, delete, restore."""

from uuid import UUID

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin import late_edit
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.guards import for_writers
from roster.blueprints.admin.late_edit import LateEdit
from roster.blueprints.admin.people import person_page
from roster.blueprints.admin.people.bulk_form import KINDS
from roster.blueprints.admin.people.field_form import FIELDS, FieldForm
from roster.blueprints.admin.people.people_listing import PeopleListing
from roster.blueprints.admin.people.person_page import RestoreForm, StateForm
from roster.blueprints.admin.people.user_form import UserForm, state_of
from roster.blueprints.admin.undoable import flash_undoable
from roster.blueprints.admin.visit import now, room, visit
from roster.models import User
from roster.schemas.users import UserChange, UserCreate, UserRestore, UserSuspend

blueprint = room("users", __name__, "/users")


@blueprint.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show a page of people."""
    organization, listing = visit().organization, PeopleListing.asked(request.args)
    page = services.users.search(organization.id, **listing.options())
    total = services.users.count(organization.id, **listing.narrowed())
    return render_template("admin/users/index.html", listing=listing, page=page, total=total, KINDS=KINDS)


@blueprint.get("/filter")
def narrow() -> ResponseReturnValue:
    """Show all that people can be narrowed by."""
    organization, listing = visit().organization, PeopleListing.asked(request.args)
    providers = services.provisioning.providers.search(organization.id)
    departments = services.users.departments(organization.id)
    shown = {"listing": listing, "providers": providers, "departments": departments}
    return render_template("admin/users/filter.html", **shown)


@blueprint.get("/<uuid:user_id>")
def show(user_id: UUID) -> ResponseReturnValue:
    """Show one person, deleted or not, and what was done to them."""
    name = request.args.get("edit", "")
    if name not in FIELDS or not visit().may_write:
        return person_page.render(user_id)
    user = services.users.get(visit().organization.id, user_id)
    return person_page.render(user_id, editing=FieldForm.showing(name, user))


@blueprint.get("/new")
@for_writers
def new() -> ResponseReturnValue:
    """Show the form for a new person."""
    return _form(UserForm.showing({}))


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    """Add a person."""
    form, organization = UserForm.sent(request.form), visit().organization
    with form.refusals():
        user = services.users.create(visit().actor(), form.values(UserCreate()), at=now())
        return _done(user.id, _("Added to %(name)s.", name=organization.name))
    return _form(form), 422


@blueprint.get("/<uuid:user_id>/edit")
@for_writers
def edit(user_id: UUID) -> ResponseReturnValue:
    """Show the form to change a person."""
    user = services.users.get(visit().organization.id, user_id)
    return _form(UserForm.showing(state_of(user), user.version), user)


@blueprint.post("/<uuid:user_id>/edit")
def update(user_id: UUID) -> ResponseReturnValue:
    """Change what was changed in the form."""
    form, actor = UserForm.sent(request.form), visit().actor()
    shown = UserForm.showing(state_of(services.users.get_with_deleted(actor.organization_id, user_id)))
    with form.refusals():
        changes = form.changes(shown, UserChange())
        version = form.version if changes else None  # what is so already (a form sent twice) can't be too late
        user = services.users.change(actor, user_id, changes, at=now(), expected_version=version)
        return _done(
            user_id, _("Saved.") if user.version > form.version else _("Nothing to save: nothing was changed.")
        )
    return _come_back(form, user_id), 422


@blueprint.post("/<uuid:user_id>/suspend")
def suspend(user_id: UUID) -> ResponseReturnValue:
    """Suspend a person, for a reason if one is given."""
    form = Form()
    with form.refusals():
        values = UserSuspend().load({"reason": request.form.get("reason", "")})
        services.users.suspend(visit().actor(), user_id, at=now(), **values)
        flash_undoable(_("Suspended."), url_for(".activate", user_id=user_id))
        return person_page.shown(user_id)
    return person_page.render(user_id, state=form), 422


@blueprint.post("/<uuid:user_id>/activate")
def activate(user_id: UUID) -> ResponseReturnValue:
    """End a person's suspension."""
    services.users.activate(visit().actor(), user_id, at=now())
    return _done(user_id, _("Active again."))


@blueprint.post("/<uuid:user_id>/delete")
def delete(user_id: UUID) -> ResponseReturnValue:
    """Delete a person. Where somebody else was faster, their page says so."""
    with StateForm().refusals():
        services.users.remove(visit().actor(), user_id, at=now())
        flash_undoable(_("Deleted."), url_for(".restore", user_id=user_id))
    return person_page.shown(user_id)


@blueprint.post("/<uuid:user_id>/restore")
def restore(user_id: UUID) -> ResponseReturnValue:
    """Bring a deleted person back; offer another user name if theirs was taken."""
    form = RestoreForm(request.form.get("user_name", ""))
    with form.refusals():
        values = UserRestore().load({"user_name": form.user_name})
        services.users.restore(visit().actor(), user_id, at=now(), **values)
        return _done(user_id, _("Restored."))
    return (person_page.render(user_id, form), 422) if "user_name" in form.errors else person_page.shown(user_id)


def _form(form: UserForm, user: User | None = None, late: LateEdit | None = None) -> str:
    return render_template("admin/users/form.html", form=form, user=user, late=late)


def _come_back(form: UserForm, user_id: UUID) -> str:
    """The form as it was sent; where somebody else was faster, brought up to date."""
    organization = visit().organization
    user = services.users.get_with_deleted(organization.id, user_id)
    if "late" not in form.errors:
        return _form(form, user)
    # Where the person is the object (somebody put them into a group), they did not change themselves.
    events = [event for event in services.users.history(organization.id, user_id) if event.subject_id == user_id]
    return _form(form, user, late_edit.merge(form, state_of(user), user.version, events))


def _done(user_id: UUID, message: str) -> ResponseReturnValue:
    flash(message)
    return person_page.shown(user_id)
