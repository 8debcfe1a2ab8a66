"""Somebody leaves today: suspended, and out of all groups, in one step that can be undone."""

from uuid import UUID

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.people import person_page
from roster.blueprints.admin.undoable import flash_undoable, operator
from roster.blueprints.admin.visit import now, room
from roster.schemas.users import UserSuspend

blueprint = room("offboarding", __name__, "/users/<uuid:user_id>/offboard")


@blueprint.post("")
def create(user_id: UUID) -> ResponseReturnValue:
    """Suspend a person and take them out of all groups, unless they shall keep those."""
    form = Form()
    with form.refusals():
        reason = UserSuspend().load({"reason": request.form.get("reason", "")})["reason"]
        leave = "leave_groups" in request.form
        do = services.operations.offboarding.offboard
        operation = do(operator(), user_id, at=now(), reason=reason, leave_groups=leave)
        if operation.done:
            words = _("Offboarded: applications see it at once.")
            flash_undoable(words, url_for("admin.operations.undo", operation_id=operation.id))
        else:
            flash(_("Nothing was to be done: they are suspended and in no group."), "warning")
        return person_page.shown(user_id)
    return person_page.render(user_id, state=form), 422
