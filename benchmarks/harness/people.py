"""Made-up people by number: the same number is the same person for every contestant, at every size.

A given name is shared by 64 people whose numbers follow each other, a family name by about 64 who are scattered: so a
search finds as many rows among a thousand people as among a million.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

NAMESAKES = 64
FEW = 1000
"""How many of the first people scim2-server keeps in memory; SCIM is asked of them alone."""
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
UUID7_MARKS = 0x7000_8000_0000_0000_0000
"""Version 7 and the variant of RFC 9562 §5.7, in the lower 80 bits."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of `of` people; the number counts from 0, in the order in which they were created."""

    number: int
    of: int

    @property
    def id(self) -> UUID:
        return _uuid7(self.created_at, self.number)

    @property
    def event_id(self) -> UUID:
        """The id of the event that tells of the person's creation."""
        return _uuid7(self.created_at, self.number + (1 << 32))

    @property
    def created_at(self) -> datetime:
        return EPOCH + timedelta(seconds=self.number)

    @property
    def given(self) -> str:
        return _word(self.number // NAMESAKES)

    @property
    def family(self) -> str:
        return _word(self.number * 7919 % max(1, self.of // NAMESAKES)) + "son"

    @property
    def user_name(self) -> str:
        return f"{self.given}.{self.family}.{self.number}"

    @property
    def email(self) -> str:
        return f"{self.user_name}@bench.example"


def _word(number: int) -> str:
    """A word of four syllables for each number below 24 million, no word the beginning of another."""
    syllables = []
    for _ in range(4):
        number, place = divmod(number, len(SYLLABLES))
        syllables.append(SYLLABLES[place])
    return "".join(syllables)


def _uuid7(at: datetime, number: int) -> UUID:
    return UUID(int=int(at.timestamp() * 1000) << 80 | UUID7_MARKS | number)
