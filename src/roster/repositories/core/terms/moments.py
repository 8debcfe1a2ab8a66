"""Times in other forms: as text that PostgreSQL makes, and as the beginning of an id."""

from datetime import datetime
from uuid import UUID


def written(column: str) -> str:
    """Return the SQL of a time as Python writes it: in UTC, with six digits of a second where there are any."""
    whole, exact = (f"""'YYYY-MM-DD"T"HH24:MI:SS{fraction}"Z"'""" for fraction in ("", ".US"))
    form = f"CASE WHEN date_trunc('second', {column}) = {column} THEN {whole} ELSE {exact} END"
    return f"to_char({column} AT TIME ZONE 'UTC', {form})"


def first_id(at: datetime) -> UUID:
    """Return the smallest id that something of this time can have (UUIDv7, RFC 9562 §5.7)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
