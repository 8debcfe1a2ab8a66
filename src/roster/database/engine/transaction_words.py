"""Reads raw SQL just as far as this room must: does it begin or end transactions, may it write?"""

import re
from functools import lru_cache

_OPAQUE = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | \$(\w*)\$.*?\$\1\$ | --[^\n]* | /\*.*?\*/""", re.VERBOSE | re.DOTALL
)
_ENDS = re.compile(
    r"""(?:^|;)\s*(?:
        BEGIN | START\s+TRANSACTION | COMMIT | END | ROLLBACK | ABORT | SAVEPOINT | RELEASE | PREPARE\s+TRANSACTION
        | SET\s+(?:LOCAL\s+|SESSION\s+)?(?:CHARACTERISTICS|TRANSACTION|TRANSACTION_READ_ONLY)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_READS = re.compile(r"\s*(?:SELECT|VALUES|TABLE|SHOW|SET)\b", re.IGNORECASE)
_CHANGES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CALL|DO)\b", re.IGNORECASE)


@lru_cache(maxsize=256)
def ends_transactions(statement: str) -> bool:
    """Tell whether raw SQL tries to begin, end or bend a transaction, also behind a semicolon."""
    return bool(_ENDS.search(_OPAQUE.sub(" ", statement)))


@lru_cache(maxsize=256)
def changes_rows(statement: str) -> bool:
    """Tell whether raw SQL changes rows, as far as its own words say."""
    visible = _OPAQUE.sub(" ", statement)
    return not _READS.match(visible) or bool(_CHANGES.search(visible))
