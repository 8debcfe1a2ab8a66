"""The overview of an organization: how it grows, what happens in it, and how the database takes it."""
