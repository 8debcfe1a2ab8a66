"""What people are found by: the beginnings of words, as PostgreSQL keeps and compares them."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from roster.normal_form import MOST_WORDS, WORD_LIMIT, words_asked, words_of

OURS, THEIRS = UUID(int=1), UUID(int=2)
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=40), max_size=4)


def found(engine: Engine, texts: list[str], q: str, whose: UUID = OURS) -> bool:
    asked = {"words": words_of(OURS, texts), "q": words_asked(whose, q)}
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT CAST(:words AS tsvector) @@ CAST(:q AS tsquery)"), asked))


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Ada Lovelace", "lovelace, ada"),
        ("ada.lovelace@example.org", "ada.love"),
        ("ada.lovelace@example.org", "lovelace@ex"),
        ("ada.lovelace@example.org", "@example.org"),
        ("ada.lovelace@example.org", "org"),
        ("Jean-Luc", "luc"),
        ("Conan O'Brien", "o'br"),
        ("Conan O\u2019Brien", "o'brien"),
        ("Conan O'Brien", "brien"),
        ("Zoë Åström", "zoe ASTROM"),
        ("Straße", "STRASSE"),
        ("李小龍", "小龍"),
        ("株式会社ABC", "abc"),
        ("ABC株式会社", "会社"),
        ("สมชาย", "ชาย"),
        ("김철수", "철수"),
        ("हिन्दी", "हिन्"),
        ("C:\\temp", "temp"),
        ("C:\\temp", "c:\\t"),
        ("(deputy) head", "(dep"),
        ("😀 smile", "😀"),
        ("x" * 200, "x" * 150),
    ],
)
def test_a_word_is_found_by_its_beginning(engine: Engine, name: str, q: str) -> None:
    assert found(engine, [name], q)
    assert not found(engine, [name], q, THEIRS)


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Ada Lovelace", "da"),
        ("Ada Lovelace", "ada lace"),
        ("Ada Lovelace", "adalovelace"),
        ("हिन्दी", "दी"),
        ("李小龍", "李龍"),
        ("ada", "' | '"),
        ("ada", "ada':* | 'x"),
    ],
)
def test_the_middle_of_a_word_finds_nobody(engine: Engine, name: str, q: str) -> None:
    assert not found(engine, [name], q)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, st.data())
def test_postgresql_gives_back_what_was_written_and_finds_every_word(
    engine: Engine, texts: list[str], data: st.DataObject
) -> None:
    words = words_of(OURS, texts)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT CAST(CAST(:words AS tsvector) AS text)"), {"words": words}) == words
    if any(words_asked(OURS, each) for each in texts):
        chosen = data.draw(st.sampled_from([each for each in texts if words_asked(OURS, each)]))
        assert found(engine, texts, chosen)


@pytest.mark.parametrize("one", ["a.", "漢", "ﷺ.", "'\\", "ä-"])
def test_whatever_is_given_what_is_kept_is_bounded(engine: Engine, one: str) -> None:
    texts = [one * 160] * 55

    words = words_of(OURS, texts)

    assert len(words.encode()) < MOST_WORDS * (WORD_LIMIT * 4 + 9)
    assert found(engine, texts, one * 10)
