"""How a file's pieces are made while others are written."""

from collections.abc import Iterator
from functools import partial
from itertools import repeat

import pytest
from flask import Flask
from sqlalchemy import text

from roster.database import registry
from roster.services.imports.pieces import ahead, pieces_of


def ask(*_: object) -> None:
    registry().execute(text("SELECT 1"))


def test_the_next_piece_is_made_while_postgresql_works_on_one(app: Flask) -> None:
    told = []

    def make(number: int) -> int:
        told.append(f"made {number}")
        return number

    def use(number: int) -> None:
        told.append(f"sends {number}")
        ask()
        told.append(f"used {number}")

    with app.app_context():
        ask()
        ahead([partial(make, number) for number in range(3)], use)

    assert told == [
        *("made 0", "sends 0", "made 1", "used 0"),
        *("sends 1", "made 2", "used 1"),
        *("sends 2", "used 2"),
    ]


def test_it_ends_where_nothing_is_made(app: Flask) -> None:
    used: list[list[int]] = []
    pieces = pieces_of(range(5), 2)

    with app.app_context():
        ahead(repeat(partial(next, pieces, None)), used.append)

    assert used == [[0, 1], [2, 3], [4]]


def test_what_goes_wrong_while_waiting_comes_out_after_what_was_sent(app: Flask) -> None:
    used = []

    def pieces() -> Iterator[int]:
        yield 1
        raise LookupError

    def use(number: int) -> None:
        ask()
        used.append(number)

    with app.app_context():
        with pytest.raises(LookupError):
            ahead(repeat(partial(next, pieces(), None)), use)
        ask()

    assert used == [1]


def test_nothing_is_left_to_be_made_after_a_failure(app: Flask) -> None:
    made = []

    def fail(_: int) -> None:
        raise LookupError

    with app.app_context():
        with pytest.raises(LookupError):
            ahead([lambda: 1, lambda: made.append(2)], fail)
        ask()

    assert made == []
