"""What identity providers send, and what they mean by it: the tolerant front of the strict core.

Pure functions that turn a body into the one that RFC 7644 asks for; what they do not understand stays as it is, for the
core to refuse. `docs/scim.md` lists every dialect; each is a test in `tests/scim/test_dialects.py`.
"""

from roster.scim.dialects.operations import normalise_patch
from roster.scim.dialects.resources import normalise_resource

__all__ = ["normalise_patch", "normalise_resource"]
