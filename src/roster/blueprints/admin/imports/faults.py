"""Why a line can't be taken, in the reader's language: what the report of an import keeps is written in English."""

import re

from roster.blueprints.admin.imports.columns import FIELDS
from roster.blueprints.languages.sentences import in_this_language

BEGIN = re.compile(rf"(?:^| )({'|'.join(FIELDS)}|attributes): ")


def told(fault: str) -> str:
    """Return the fault as a page shows it: `E-mail: Not an e-mail address.`, each field by what the page calls it."""
    whole, *rest = BEGIN.split(fault)
    parts = [in_this_language(whole)] if whole else []
    for name, sentence in zip(rest[::2], rest[1::2], strict=True):
        parts.append(f"{FIELDS.get(name, name)}: {in_this_language(sentence)}")
    return " ".join(parts)
