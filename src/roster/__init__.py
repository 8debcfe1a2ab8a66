"""Roster: a self-hosted user directory."""
