"""What an administrator can do about a request that failed, by what it was answered."""

from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import Row

BY_TYPE = {
    "uniqueness": lazy_gettext(
        "Somebody here has this user name, group name or external id already. Where it is the same person, "
        "open them under People and link them to this provider, which finds them when it looks again; "
        "else free the name."
    ),
    "invalidFilter": lazy_gettext(
        "The provider asks for people by an attribute that there is none of, or in a way that can't be "
        "read. Look at its matching attribute: userName and externalId are the usual ones."
    ),
    "invalidPath": lazy_gettext(
        "The provider wants to change an attribute that there is none of. Look at its attribute mappings."
    ),
    "invalidSyntax": lazy_gettext(
        "The body is not what SCIM says. If the provider is strict here, switching that off may help."
    ),
    "invalidValue": lazy_gettext("A value is missing, too long or of the wrong type. Look at its attribute mappings."),
    "noTarget": lazy_gettext(
        "The provider wants to change a value that is not there. Switching strict off lets it be made."
    ),
    "mutability": lazy_gettext(
        "The provider wants to change what can't be changed, such as an id. Take it off its mappings."
    ),
    "tooMany": lazy_gettext("It asks for more at once than is given. Narrow what it searches for."),
}
BY_STATUS = {
    403: lazy_gettext("The provider is switched off here, or its token is of another kind. Its page has the switch."),
    404: lazy_gettext("What it asks for is not here, or was deleted. Most providers make it again by themselves."),
    412: lazy_gettext("Somebody else was faster. The provider reads again, and tries once more."),
    413: lazy_gettext("The request is too large. Let the provider send fewer members or operations at once."),
    429: lazy_gettext(
        "It asks faster than it may (ROSTER_TOKEN_LIMIT). It is told when to come back, and does so by itself."
    ),
    500: lazy_gettext("This is our fault. The log of the server has the whole story under the request id."),
    503: lazy_gettext("The database was away for a moment. The provider tries again by itself."),
}


def advice(row: Row[Any]) -> str | None:
    """Return what can be done about a request; None where it went well, or nothing is known."""
    if row.status < 400:
        return None
    told = row.answered.get("scimType") if isinstance(row.answered, dict) else None
    return BY_TYPE.get(str(told)) or BY_STATUS.get(row.status)
