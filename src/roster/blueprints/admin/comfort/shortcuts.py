"""What each key does: a page of its own, which the keyboard shows above any other."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

blueprint = Blueprint("shortcuts", __name__, url_prefix="/shortcuts")

ANYWHERE = (
    (("/",), lazy_gettext("Search")),
    (("Ctrl", "K"), lazy_gettext("Go to a person, a group or a page")),
    (("?",), lazy_gettext("Show these keys")),
    (("Esc",), lazy_gettext("Close what is open")),
)
IN_LISTS = (
    (("j",), lazy_gettext("Next row")),
    (("k",), lazy_gettext("Row before")),
    (("x",), lazy_gettext("Choose the row, or not")),
    (("Enter",), lazy_gettext("Open the row")),
)
TO_ROOMS = (
    (("g", "o"), lazy_gettext("Overview")),
    (("g", "p"), lazy_gettext("People")),
    (("g", "g"), lazy_gettext("Groups")),
    (("g", "e"), lazy_gettext("Events")),
    (("g", "i"), lazy_gettext("Providers")),
    (("g", "t"), lazy_gettext("Tokens")),
    (("g", "b"), lazy_gettext("Bin")),
    (("g", "s"), lazy_gettext("Settings")),
)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show every key."""
    sections = (
        (lazy_gettext("Anywhere"), ANYWHERE),
        (lazy_gettext("In lists"), IN_LISTS),
        (lazy_gettext("To another page"), TO_ROOMS),
    )
    return render_template("admin/shortcuts.html", sections=sections)
