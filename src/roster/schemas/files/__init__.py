"""People and events in files: CSV and JSON lines."""
