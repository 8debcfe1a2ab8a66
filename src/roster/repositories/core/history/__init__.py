"""What was done: event by event, by the day, and as a whole that can be undone."""
