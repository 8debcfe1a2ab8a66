"""What an operation came to, told on the page that one comes back to."""

from flask import flash, url_for
from flask_babel import gettext as _

from roster.blueprints.admin.operations.words import done
from roster.blueprints.admin.undoable import flash_undoable
from roster.services.operations.outcome import Summary


def tell(operation: Summary) -> None:
    """Say on the next page what was done, with the button that undoes it."""
    if operation.done:
        flash_undoable(done(operation), url_for("admin.operations.undo", operation_id=operation.id))
    else:
        flash(_("Nothing was to be done: all were so already, or could not be changed."), "warning")
