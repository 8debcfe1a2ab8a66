"""Shapes on the wire (marshmallow)."""
