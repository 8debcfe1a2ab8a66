"""What identity providers wrote, as SCIM tells it, and their requests."""
