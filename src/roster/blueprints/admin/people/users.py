"""People: find, look at, add, edit, suspend, delete, restore."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin import late_edit, timeline
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.guards import for_writers
from roster.blueprints.admin.late_edit import LateEdit
from roster.blueprints.admin.listing import Listing
from roster.blueprints.admin.people.user_form import UserForm, state_of
from roster.blueprints.admin.visit import now, room, visit
from roster.errors import USER_NAME_TAKEN, USER_NOT_DELETED, USER_NOT_FOUND
from roster.models import User
from roster.schemas.users import UserChange, UserCreate, UserQuery, UserRestore, UserSuspend

blueprint = room("users", __name__, "/users")


class PeopleListing(Listing):
    """One view of the people."""

    ENDPOINT = "admin.users.index"
    QUERY = UserQuery()
    STATUSES = {  # noqa: RUF012 - a constant of the class
        "live": "Everyone",
        "active": "Active",
        "suspended": "Suspended",
        "deleted": "Deleted",
    }
    SORTS = {  # noqa: RUF012 - a constant of the class
        "display_name": "Name",
        "user_name": "User name",
        "created_at": "Created",
        "updated_at": "Updated",
    }


class StateForm(Form):
    """A button that changes a state; where it is so already, there is nothing to complain about."""

    TOLD = {USER_NOT_FOUND: "", USER_NOT_DELETED: ""}  # noqa: RUF012 - a constant of the class


class RestoreForm(StateForm):
    """The button that brings somebody back, with room for another user name when theirs was taken."""

    TOLD = {USER_NOT_DELETED: "", USER_NAME_TAKEN: "user_name"}  # noqa: RUF012 - a constant of the class

    def __init__(self, user_name: str = "") -> None:
        super().__init__()
        self.user_name = user_name


@blueprint.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show a page of people."""
    organization, listing = visit().organization, PeopleListing.asked(request.args)
    page = services.users.search(organization.id, **listing.options())
    total = services.users.count(organization.id, q=listing.q, status=listing.status)
    return render_template("admin/users/index.html", listing=listing, page=page, total=total)


@blueprint.get("/<uuid:user_id>")
def show(user_id: UUID) -> ResponseReturnValue:
    """Show one person, deleted or not, and what was done to them."""
    return _page_of(user_id, RestoreForm())


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
        return _done(user.id, f"Added to {organization.name}.")
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
        return _done(user_id, "Saved." if user.version > form.version else "Nothing to save: nothing was changed.")
    return _come_back(form, user_id), 422


@blueprint.post("/<uuid:user_id>/suspend")
def suspend(user_id: UUID) -> ResponseReturnValue:
    """Suspend a person, for a reason if one is given."""
    form = Form()
    with form.refusals():
        values = UserSuspend().load({"reason": request.form.get("reason", "")})
        services.users.suspend(visit().actor(), user_id, at=now(), **values)
        return _done(user_id, "Suspended.")
    return _page_of(user_id, RestoreForm(), form), 422


@blueprint.post("/<uuid:user_id>/activate")
def activate(user_id: UUID) -> ResponseReturnValue:
    """End a person's suspension."""
    services.users.activate(visit().actor(), user_id, at=now())
    return _done(user_id, "Active again.")


@blueprint.post("/<uuid:user_id>/delete")
def delete(user_id: UUID) -> ResponseReturnValue:
    """Delete a person. Where somebody else was faster, their page says so."""
    with StateForm().refusals():
        services.users.remove(visit().actor(), user_id, at=now())
        return _done(user_id, "Deleted.")
    return _shown(user_id)


@blueprint.post("/<uuid:user_id>/restore")
def restore(user_id: UUID) -> ResponseReturnValue:
    """Bring a deleted person back; offer another user name if theirs was taken."""
    form = RestoreForm(request.form.get("user_name", ""))
    with form.refusals():
        values = UserRestore().load({"user_name": form.user_name})
        services.users.restore(visit().actor(), user_id, at=now(), **values)
        return _done(user_id, "Restored.")
    return (_page_of(user_id, form), 422) if "user_name" in form.errors else _shown(user_id)


def _page_of(user_id: UUID, form: RestoreForm, state: Form | None = None) -> str:
    organization = visit().organization
    events = services.users.history(organization.id, user_id)
    user = services.users.get_with_deleted(organization.id, user_id)
    groups = [] if user.deleted_at else services.groups.of_user(organization.id, user_id)
    came_from = user.identity_provider_id
    provider = services.provisioning.providers.get(organization.id, came_from) if came_from else None
    entries = timeline.of(events, seen_by=user_id)
    return render_template(
        "admin/users/show.html",
        user=user,
        timeline=entries,
        form=form,
        groups=groups,
        provider=provider,
        state=state or Form(),
    )


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
    return _shown(user_id)


def _shown(user_id: UUID) -> ResponseReturnValue:
    return redirect(url_for(".show", user_id=user_id), 303)
