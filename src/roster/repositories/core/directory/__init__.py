"""People and groups: one, a page of them, many at once."""
