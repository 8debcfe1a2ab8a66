"""The forms in which names are compared, sorted and searched; the same in filters and in unique indexes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import orjson

KEY_LIMIT = 1000
"""Bytes of a name's normal form: a B-tree row holds 2,704 at most, and NFKC can make one character eighteen."""


def name_key(name: str) -> str:
    """Return the form in which two names are the same name: NFKC, case-folded, without what can't be seen.

    As toNFKC_Casefold (Unicode 3.13): zero-width characters and variation selectors would make look-alikes.
    """
    if name.isascii():  # as nearly all are, and nothing in it can be folded further
        return name.lower()
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", "".join(character for character in folded if not _is_ignorable(character)))


def _is_ignorable(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


def search_key(text: str) -> str:
    """Return the form in which text is searched and sorted: as `name_key`, and without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", name_key(text))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


WORD_LIMIT = 64
"""Characters of a word that count in a search."""
MOST_WORDS = 1000
"""Beginnings of words that are kept of one row: beyond the names and addresses of anybody there is."""
_ASCII_RUN = re.compile("[a-z0-9]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua980-\ua9ff\uaa60-\uaa7f\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts that are written without spaces: Thai, Lao, Burmese, Khmer, Kana, Han…; and Hangul, for names are."""
_QUOTES = str.maketrans("'\\", "\u2019\uff3c")
"""Neither is left in a normal form, so they can stand for what PostgreSQL would want escaped."""


def words_of(organization_id: UUID, texts: Iterable[str]) -> str:
    """Return what the texts are found by, as PostgreSQL writes a tsvector: each beginning of a word, to the word's end.

    A word begins after a space, after punctuation, and with every character of a script that has no spaces. Each
    carries the mark of the organization, so that an index of words holds those of one organization side by side. What
    only begins another one is left out: whoever looks for it finds the other.
    """
    mark = _mark(organization_id)
    return " ".join([f"'{mark}{word}'" for word in _longest(_beginnings(search_key(" ".join(texts))))])


def words_asked(organization_id: UUID, q: str) -> str:
    """Return what finds rows in which every word of q is the beginning of one, as a tsquery; "" for no words."""
    words = (_within_edges(word)[:WORD_LIMIT] for word in search_key(q).translate(_QUOTES).split())
    mark = _mark(organization_id)
    return " & ".join(f"'{mark}{word}':*" for word in _longest(words))


def _longest(words: Iterable[str]) -> list[str]:
    """The words in order of their code points, each once, without those that only begin another."""
    listed = sorted(set(words))
    return [word for word, following in zip(listed, [*listed[1:], ""], strict=False) if not following.startswith(word)]


def _mark(organization_id: UUID) -> str:
    """Six digits of the id that are random: that another organization has the same costs time, nothing else."""
    return organization_id.hex[-6:]


def _beginnings(key: str) -> list[str]:
    """Every beginning of a word in a normal form, up to the next space."""
    places = _ascii_places if key.isascii() else _places
    found: list[str] = []
    for word in key.translate(_QUOTES).split():
        if word.isalnum() and word.isascii():
            found.append(word[:WORD_LIMIT])
        else:
            found += [word[start : start + WORD_LIMIT] for start in places(word)]
    return found[:MOST_WORDS]


def _within_edges(word: str) -> str:
    """A word as somebody asks for it, without what stands around it: `@example.org`, `Lovelace,`."""
    start = next((place for place, one in enumerate(word) if unicodedata.category(one)[0] in "LMN"), 0)
    return word[start:].rstrip(",;") or word


def _ascii_places(word: str) -> list[int]:
    """As `_places`, of a word that was ASCII."""
    starts = [found.start() for found in _ASCII_RUN.finditer(word)]
    return starts if starts[:1] == [0] else [0, *starts]


def _places(word: str) -> Iterator[int]:
    """Where in the word one begins."""
    yield 0
    kinds = [unicodedata.category(character)[0] for character in word]
    for place in range(1, len(word)):
        before, kind = kinds[place - 1 : place + 1]
        is_unspaced = kind in "LN" and _UNSPACED.search(word, place - 1, place + 1)
        if (before not in "LMN" and kind in "LMN") or is_unspaced:
            yield place


def folded(value: Any) -> Any:
    """Return a JSON value with every text in it as `name_key`, and without what is null or empty."""
    if isinstance(value, str):
        return name_key(value)
    if isinstance(value, list):
        return [folded(item) for item in value]
    if isinstance(value, dict):
        return {
            name: item.lower() if type(item) is str and item.isascii() else folded(item)
            for name, item in value.items()
            if item or not (item is None or item in ([], {}))
        }
    return value


def cell(value: Any) -> str:
    """Return a value as the text that stands for it in a table's cell: text as it is, the rest as JSON."""
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
