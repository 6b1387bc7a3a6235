"""Telephone numbers that people write can be pressed, and nothing that they write is anything but text."""

import pytest

from inbox.web.rendering.numbers import with_phones


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("07700 900456", "07700900456"),
        ("+44 (0)7700 900456", "07700900456"),
        ("(01632) 960001", "01632960001"),
        ("+353 1 555 0123", "+35315550123"),
    ],
)
def test_a_number_is_a_link_that_rings_it(written: str, dialled: str) -> None:
    shown = str(with_phones(f"can u ring me {written} after 3"))
    assert f'<a href="tel:{dialled}">' in shown
    assert shown.endswith("</a> after 3")


@pytest.mark.parametrize("words", ["account 12345678 90", "on 2026-11-23", "£1,140.00", "ZZ10 4AB, flat 111"])
def test_other_numbers_stay_words(words: str) -> None:
    assert with_phones(words) == words


def test_what_stands_around_a_number_is_escaped() -> None:
    shown = str(with_phones('<b onclick="x">07700 900456</b> & co'))
    assert "<b" not in shown
    assert shown.count("<a ") == 1
    assert "&amp; co" in shown
