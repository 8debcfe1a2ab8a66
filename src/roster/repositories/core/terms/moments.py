"""Times as text, made by PostgreSQL."""


def written(column: str) -> str:
    """Return the SQL of a time as Python writes it: in UTC, with six digits of a second where there are any."""
    whole, exact = (f"""'YYYY-MM-DD"T"HH24:MI:SS{fraction}"Z"'""" for fraction in ("", ".US"))
    form = f"CASE WHEN date_trunc('second', {column}) = {column} THEN {whole} ELSE {exact} END"
    return f"to_char({column} AT TIME ZONE 'UTC', {form})"
