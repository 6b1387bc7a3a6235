"""A table of Parliament's recesses: read whole or refused with the line."""

from datetime import date

import pytest

from routing.recesses import BadRecesses, at, read

TABLE = b"first,last,name\n2026-12-17,2027-01-04,Christmas\n2026-07-16,2026-09-01,Summer\n"


def test_recesses_are_read_in_their_order_with_both_ends() -> None:
    summer, christmas = read(TABLE)
    assert (summer.name, christmas.last) == ("Summer", date(2027, 1, 4))
    days = (date(2026, 7, 15), date(2026, 7, 16), date(2026, 9, 1), date(2026, 9, 2))
    assert [at((summer, christmas), day) for day in days] == [None, summer, summer, None]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"", "first line"), (b"date,name\n", "first line"), (b"first,last,name\n", "1 to 200"),
        (b"first,last,name\n2026-07-16,2026-07-01,Summer\n", "Line 2: the last day comes before"),
        (b"first,last,name\n16 July,2026-09-01,Summer\n", "Line 2: write days"),
        (b"first,last,name\n2026-01-01,2026-12-31,Year\n", "no recess is that long"),
        (TABLE + b"2026-08-31,2026-10-01,Conference\n", "Summer and Conference overlap"),
        (b"\xff\xfe", "not UTF-8"), (b"x" * 300_000, "too large"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused_with_its_place(table: bytes, words: str) -> None:
    with pytest.raises(BadRecesses, match=words):
        read(table)
