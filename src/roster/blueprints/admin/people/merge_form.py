"""Two people side by side: which value of which of them wins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from roster.blueprints.admin import timeline
from roster.blueprints.admin.forms import Form, version_of
from roster.errors import (
    EXTERNAL_ID_TAKEN,
    PROVIDER_OWNS_USER,
    SAME_USER,
    STALE_VERSION,
    USER_NAME_TAKEN,
    USER_NOT_FOUND,
)
from roster.models import User
from roster.models.user import NAMES
from roster.services.operations.merging import FIELDS

LABELS: Mapping[str, str] = {
    **{name: timeline.LABELS[name] for name in (*NAMES, "title", "department")},
    "account": lazy_gettext("External id and provider"),
    "emails": lazy_gettext("E-mail"),
    "attributes": lazy_gettext("Attributes"),
}
UNITED = ("emails", "attributes")
"""What can be of both."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of both, and whose is chosen: `mine` is the one's who stays."""

    name: str
    label: str
    mine: str | None
    theirs: str | None
    chosen: str

    @property
    def can_unite(self) -> bool:
        """Whether both can be kept."""
        return self.name in UNITED


class MergeForm(Form):
    """What was chosen, for the two as they were when it was shown."""

    TOLD = {  # noqa: RUF012 - a constant of the class
        PROVIDER_OWNS_USER: "despite_provider",
        STALE_VERSION: "late",
        USER_NOT_FOUND: "gone",
        SAME_USER: "gone",
        USER_NAME_TAKEN: "user_name",
        EXTERNAL_ID_TAKEN: "account",
    }

    def __init__(self, sent: Mapping[str, str] | None = None) -> None:
        super().__init__()
        sent = sent or {}
        allowed = {"mine", "theirs", "both"}
        self.choices = {name: sent[name] for name in FIELDS if sent.get(name) in allowed}
        self.versions = version_of(sent.get("version", "")), version_of(sent.get("other_version", ""))
        self.despite_provider = "despite_provider" in sent

    def rows(self, survivor: User, other: User, providers: Mapping[Any, str]) -> Iterator[Row]:
        """Give each field in which the two differ; what the one who stays does not have is the other's."""
        for name, label in LABELS.items():
            mine, theirs = _shown(survivor, name, providers), _shown(other, name, providers)
            if mine != theirs:
                default = "both" if name in UNITED and mine and theirs else "mine" if mine else "theirs"
                yield Row(name, str(label), mine, theirs, self.choices.get(name, default))


def _shown(user: User, name: str, providers: Mapping[Any, str]) -> str | None:
    if name == "emails":
        return timeline.text_of([email.as_given() for email in user.emails])
    if name != "account":
        return timeline.text_of(getattr(user, name))
    provider = providers.get(user.identity_provider_id)
    if provider is None:
        return user.external_id
    return str(_("%(id)s of %(provider)s", id=user.external_id or _("nothing"), provider=provider))
