"""A body that may be there and says nothing."""

from marshmallow import RAISE, Schema


class Nothing(Schema):
    """Nothing needs to be said."""

    class Meta:  # noqa: D106 - marshmallow's own form
        unknown = RAISE
