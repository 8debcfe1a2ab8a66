"""Pages about the pages: how one likes them, their keyboard, and the quick way to anywhere."""
