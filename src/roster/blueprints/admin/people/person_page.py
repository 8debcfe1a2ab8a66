"""The page of one person, in each of its states."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin import timeline
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.people.field_form import FIELDS, FieldForm
from roster.blueprints.admin.visit import visit
from roster.errors import USER_NAME_TAKEN, USER_NOT_DELETED, USER_NOT_FOUND


class StateForm(Form):
    """A button that changes a state; where it is so already, there is nothing to complain about."""

    TOLD = {USER_NOT_FOUND: "", USER_NOT_DELETED: ""}  # noqa: RUF012 - a constant of the class


class RestoreForm(StateForm):
    """The button that brings somebody back, with room for another user name when theirs was taken."""

    TOLD = {USER_NOT_DELETED: "", USER_NAME_TAKEN: "user_name"}  # noqa: RUF012 - a constant of the class

    def __init__(self, user_name: str = "") -> None:
        super().__init__()
        self.user_name = user_name


def render(
    user_id: UUID, restoring: RestoreForm | None = None, *, state: Form | None = None, editing: FieldForm | None = None
) -> str:
    """Return the page of a person, deleted or not, and what was done to them.

    Args:
        user_id: who.
        restoring: the form that brings them back, where it was refused.
        state: the form that changes their state, where it was refused.
        editing: the field that is being edited in its place.
    """
    organization = visit().organization
    events = services.users.history(organization.id, user_id)
    user = services.users.get_with_deleted(organization.id, user_id)
    groups = [] if user.deleted_at else services.groups.of_user(organization.id, user_id)
    came_from = user.identity_provider_id
    provider = services.provisioning.providers.get(organization.id, came_from) if came_from else None
    return render_template(
        "admin/users/show.html",
        user=user,
        timeline=timeline.of(events, seen_by=user_id),
        sent=next((event for event in events if event.door == "scim" and event.subject_id == user_id), None),
        form=restoring or RestoreForm(),
        groups=groups,
        provider=provider,
        state=state or Form(),
        editing=editing,
        fields=FIELDS,
    )


def shown(user_id: UUID) -> ResponseReturnValue:
    """Go to the page of a person."""
    return redirect(url_for("admin.users.show", user_id=user_id), 303)
