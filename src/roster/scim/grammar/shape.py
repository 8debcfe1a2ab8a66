"""Filters that are alike but for the texts that they ask for: what is made of one does for all of them."""

from dataclasses import replace

from roster.scim.grammar.tree import And, Blank, Comparison, Filter, Not, Or, ValuePath


def shape_of(found: Filter) -> tuple[Filter, dict[str, str]]:
    """Return a resolved filter with blanks in place of its texts, and the texts by the names of the blanks.

    Only texts that are compared with `eq` are taken out, for that is what providers ask in front of every change:
    `userName eq "…"`. Everything else is part of the shape.
    """
    texts: dict[str, str] = {}
    return _blanked(found, texts), texts


def _blanked(found: Filter, texts: dict[str, str]) -> Filter:
    match found:
        case And(left, right) | Or(left, right):
            return type(found)(_blanked(left, texts), _blanked(right, texts))
        case Not(inner) | ValuePath(inner=inner):
            return replace(found, inner=_blanked(inner, texts))
        case Comparison(operator="eq", value=str(value)):
            blank = Blank(f"text_{len(texts)}")
            texts[blank.name] = value
            return replace(found, value=blank)
    return found
