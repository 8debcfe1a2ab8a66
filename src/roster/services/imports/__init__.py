"""Imports: many users at once, created, updated or left as they are, with a report of what was refused and why.

A file is staged line by line, and then taken in parts: matched, merged and written in sets.
"""

from roster.services.imports.direct import users
from roster.services.imports.staging import map_columns, preview, stage, start
from roster.services.imports.steps import step
from roster.services.imports.terms import BATCH, KIND, PART, Line, OnError, Options, Record, Refused, Report

__all__ = [
    "BATCH",
    "KIND",
    "PART",
    "Line",
    "OnError",
    "Options",
    "Record",
    "Refused",
    "Report",
    "map_columns",
    "preview",
    "stage",
    "start",
    "step",
    "users",
]
