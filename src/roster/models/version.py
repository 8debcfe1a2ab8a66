"""Versions: what somebody must have read of a thing to be let change it."""

from collections.abc import Collection

Expected = int | Collection[int] | None
"""A version, or several of which one will do; None where any will."""


def is_expected(version: int, expected: Expected) -> bool:
    """Tell whether a thing of this version may be changed by somebody who expects that one."""
    return expected is None or version in ([expected] if isinstance(expected, int) else expected)
