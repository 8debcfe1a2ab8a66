"""Identity providers in filters of users."""

from typing import Any

from sqlalchemy import ColumnElement, select

from roster.models import IdentityProvider, User
from roster.repositories.core.terms.resources import ORGANIZATION_ID
from roster.scim.sql import Text


class ProviderOfUser:
    """The name of the provider that looks after a user: a local account has none."""

    def compare(self, operation: str, value: Any) -> ColumnElement[bool]:
        """Return the condition that the operator holds for the name; of those who have none, only `ne` does."""
        if operation == "ne":
            return ~self._among(self._name().compare("eq", value)) | User.identity_provider_id.is_(None)
        return self._among(self._name().compare(operation, value))

    def present(self) -> ColumnElement[bool]:
        """Return the condition that there is a provider."""
        return User.identity_provider_id.is_not(None)

    def order(self) -> ColumnElement[Any]:
        """Return what keeps those of one provider together."""
        return User.identity_provider_id.expression

    @staticmethod
    def _name() -> Text:
        return Text(IdentityProvider.name_key)

    @staticmethod
    def _among(is_named: ColumnElement[bool]) -> ColumnElement[bool]:
        named = select(IdentityProvider.id).where(IdentityProvider.organization_id == ORGANIZATION_ID, is_named)
        return User.identity_provider_id.in_(named)
