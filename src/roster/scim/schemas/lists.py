"""Attributes with many values of one shape (RFC 7643 §2.4)."""

from roster.scim.schemas.definitions import Attribute


def plural(name: str, description: str, value: Attribute, *types: str) -> Attribute:
    """Return an attribute whose values have the default sub-attributes, of these canonical types."""
    return Attribute(
        name,
        "complex",
        multi_valued=True,
        description=description,
        sub_attributes=(value, text("display", "A name to show, for reading only by people."), *labels(*types)),
    )


def labels(*types: str) -> tuple[Attribute, Attribute]:
    """Return the sub-attributes `type`, with these canonical values, and `primary`."""
    return (
        Attribute("type", canonical_values=types, description="What the value is for."),
        Attribute("primary", "boolean", description="Whether this is the preferred value; of one at most."),
    )


def text(name: str, description: str) -> Attribute:
    """Return a plain text that anybody may write."""
    return Attribute(name, description=description)
