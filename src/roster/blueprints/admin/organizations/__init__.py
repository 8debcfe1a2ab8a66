"""Pages about organizations: the list, and what each has besides people and groups."""
