"""Kinds of values on the wire: text, times, attributes."""
