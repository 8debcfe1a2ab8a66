"""Pages about what was done to many at once."""
