"""Imports in pages: upload a file, say what its columns are, look at what would come of it, run it, read the report."""
