"""What a filter or an order of SCIM may name, as SQL, made once, at import; the caller binds `:organization_id`."""

from roster.repositories.core.terms.groups import GROUP_TERMS, members_where
from roster.repositories.core.terms.order import Order
from roster.repositories.core.terms.users import USER_TERMS, shown_name

__all__ = ["GROUP_TERMS", "USER_TERMS", "Order", "members_where", "shown_name"]
