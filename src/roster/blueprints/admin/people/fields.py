"""One field of a person, saved from its place on their page."""

from uuid import UUID

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster import services
from roster.blueprints.admin.people import person_page
from roster.blueprints.admin.people.field_form import FIELDS, FieldForm, text_of
from roster.blueprints.admin.visit import now, room, visit

blueprint = room("fields", __name__, f"/users/<uuid:user_id>/<any({', '.join(FIELDS)}):name>")


@blueprint.post("")
def update(user_id: UUID, name: str) -> ResponseReturnValue:
    """Change one field, unless somebody changed that very field meanwhile: then theirs is shown beside it."""
    form = FieldForm(name, request.form.get("value", ""), request.form.get("was", ""))
    actor = visit().actor()
    user = services.users.get_with_deleted(actor.organization_id, user_id)
    if text_of(user, name) not in (form.was, form.typed):
        form.errors["late"] = [_("Somebody changed this meanwhile.")]
    with form.refusals():
        if not form.errors:
            services.users.change(actor, user_id, form.values(), at=now(), expected_version=user.version)
            flash(_("Saved."))
            return person_page.shown(user_id)
    return person_page.render(user_id, editing=form), 422
