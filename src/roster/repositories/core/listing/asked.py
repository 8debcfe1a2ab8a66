"""What somebody asks of a list, apart from its order and place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """Words, a status and a filter; all of them have to fit.

    `q` are words of which each must be the beginning of one in a row's names or addresses (`words_of`), whatever their
    case and accents. `filter` is as `Fields.read` says.
    """

    q: str = ""
    status: str = "live"
    filter: str = ""
