"""Filters on the wire: bounded text; only the list that is asked can tell what it may name."""

from roster.schemas.fields.text import Text

LONGEST = 4096


class FilterText(Text):
    """A filter, such as `department eq "Sales" and active eq true` (RFC 7644 §3.4.2.2, with the API's names)."""

    def __init__(self, names: str) -> None:
        description = (
            'Which ones: `name operator value`, joined by `and`, `or`, `not (…)`, as `created_at gt "2026-01-01"`. '
            "Operators are eq, ne, co (contains), sw (starts with), ew (ends with), gt, ge, lt, le, and pr (is there), "
            f"which takes no value. Names are {names}."
        )
        super().__init__(longest=LONGEST, long=True, load_default="", metadata={"description": description})
