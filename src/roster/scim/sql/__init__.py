"""Filters to conditions of SQLAlchemy; what an attribute is in the database, a repository says."""

from roster.scim.sql.conditions import Terms, Values, condition, ordering
from roster.scim.sql.terms import Constant, Flag, Identifier, Moment, Term, Text

__all__ = [
    "Constant",
    "Flag",
    "Identifier",
    "Moment",
    "Term",
    "Terms",
    "Text",
    "Values",
    "condition",
    "ordering",
]
