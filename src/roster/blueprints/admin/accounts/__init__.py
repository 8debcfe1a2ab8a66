"""Pages about administrators: signing in, the first one, one's own account, the others."""
