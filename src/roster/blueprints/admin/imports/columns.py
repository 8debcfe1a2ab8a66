"""What the columns of a file are: guessed by what they are called, chosen by whoever imports it."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import ValidationError

from roster.blueprints.admin.forms import Form
from roster.blueprints.admin.timeline import LABELS
from roster.schemas.files.user_csv import COLUMNS

FIELDS = {
    "user_name": LABELS["user_name"],
    "email": lazy_gettext("E-mail"),
    **{name: LABELS[name] for name in ("given_name", "family_name", "display_name")},
    **{name: LABELS[name] for name in ("title", "department", "external_id")},
    "active": lazy_gettext("Active (yes or no)"),
}
"""What a column can be, besides an attribute of its own name."""
ATTRIBUTE = "="
"""What the form says of a column that becomes an attribute; "" leaves it out."""
CALLED = {
    "user_name": "username user login loginname uid userid account accountname samaccountname userprincipalname upn",
    "email": "email emailaddress mail primaryemail workemail",
    "given_name": "givenname firstname first forename vorname",
    "family_name": "familyname lastname last surname sn nachname",
    "display_name": "displayname fullname name cn anzeigename",
    "title": "title jobtitle position role",
    "department": "department dept division team abteilung",
    "external_id": "externalid employeeid employeenumber personnelnumber personalnummer",
    "active": "active enabled isactive accountenabled aktiv",
}
"""How other programs call the columns, letters and digits alone."""


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Return what the columns are by what they are called: column → field, or ATTRIBUTE. No field is given twice."""
    found: dict[str, str] = {name: name for name in columns if name in COLUMNS}
    for column in columns:
        field = next((field for field, names in CALLED.items() if _plain(column) in names.split()), None)
        if column not in found:
            found[column] = field if field and field not in found.values() else ATTRIBUTE
    return found


def _plain(column: str) -> str:
    return "".join(sign for sign in column.casefold() if sign.isalnum())


class ColumnsForm(Form):
    """What each column of a file is: `chosen` is column → a name in FIELDS, ATTRIBUTE, or "" to leave it out."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        super().__init__()
        self.chosen = dict(chosen)

    @classmethod
    def showing(cls, columns: Sequence[str], mapping: Mapping[str, str]) -> "ColumnsForm":
        """Return the form that shows what was chosen before, or else what is guessed."""
        if not mapping:
            return cls(guess(columns))
        return cls({name: ATTRIBUTE if mapping[name] == name not in COLUMNS else mapping[name] for name in columns})

    @classmethod
    def sent(cls, columns: Sequence[str], parts: Mapping[str, str]) -> "ColumnsForm":
        """Return the form as it was sent: `column-0` for the first column."""
        return cls({name: parts.get(f"column-{place}", "") for place, name in enumerate(columns)})

    def mapping(self) -> dict[str, str]:
        """Return column → field or attribute, "" for what is left out.

        Raises:
            ValidationError: no column is the user name, two are the same, or one is what there is not.
        """
        for place, (column, chosen) in enumerate(self.chosen.items()):
            if chosen not in FIELDS and not (chosen == "" or (chosen == ATTRIBUTE and column not in COLUMNS)):
                raise ValidationError({f"column-{place}": ["Must be one of those offered."]})
        fields = [chosen for chosen in self.chosen.values() if chosen in FIELDS]
        if twice := sorted({name for name in fields if fields.count(name) > 1}):
            names = ", ".join(str(FIELDS[name]) for name in twice)
            raise ValidationError(_("Two columns are the same: %(names)s.", names=names), "")
        if "user_name" not in fields:
            raise ValidationError(_("Say which column is the user name: it tells people apart."), "")
        return {name: name if chosen == ATTRIBUTE else chosen for name, chosen in self.chosen.items()}
