"""A text made only of lines that its person approved needs no new yes; one other letter and it does."""

from datetime import UTC, datetime

import pytest

from inbox import standard_lines
from inbox.models import StandardLine
from inbox.standard_lines import made_of

NOW = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
FILLED = {"name": "Donna Fretwell", "reference": "WX-7K4M-2P"}
LETTER = (
    "Dear {{name}},\n\nWe have asked Marl Homes about {{reference}}. They must reply by [date].\n\n"
    "Yours sincerely\nRowan Ashby"
)
SENT = (
    "Dear Donna Fretwell,\n\nWe have asked Marl Homes about WX-7K4M-2P. They must reply by 9 June 2026.\n\n"
    "Yours sincerely\nRowan Ashby"
)


def a_line(number: int = 14, english: str = LETTER, welsh: str | None = None) -> StandardLine:
    return StandardLine(
        office_id="o", number=number, title="Damp", english=english, welsh=welsh, written_at=NOW
    )


@pytest.mark.parametrize(
    "text",
    [
        SENT,
        SENT.replace("\n", "\r\n"),
        SENT.replace("9 June 2026", "Tuesday 9 June 2026"),
        SENT.replace("9 June 2026", "9 Mehefin"),
        SENT + "\n\n",
    ],
)
def test_a_line_with_name_reference_and_dates_filled_in_is_the_line(text: str) -> None:
    assert made_of(text, [a_line()], FILLED) is not None


@pytest.mark.parametrize(
    "text",
    [
        SENT.replace("asked", "Asked"),
        SENT.replace("Donna Fretwell", "Donna"),
        SENT.replace("WX-7K4M-2P", "WX-7K4M-2Q"),
        SENT.replace("9 June 2026", "soon"),
        SENT.replace("9 June 2026", "9 June 2026 at the latest"),
        SENT + "\n\nPS. You will win.",
        SENT.replace("Yours sincerely\nRowan Ashby", "").strip(),
        LETTER,
        "",
        "Dear Donna Fretwell,",
    ],
)
def test_one_other_letter_is_another_text(text: str) -> None:
    assert made_of(text, [a_line()], FILLED) is None


def test_a_text_may_be_made_of_several_whole_lines_and_a_greeting() -> None:
    first, second = (
        a_line(1, "We wrote to them.\n\nThey have 20 days."),
        a_line(2, "We write again by [date]."),
    )
    text = "Dear Donna Fretwell,\n\nWe wrote to them.\n\nThey have 20 days.\n\nWe write again by 9 June."
    assert made_of(text, [second, first], FILLED) == [first, second]
    assert made_of(text.replace("They have 20 days.\n\n", ""), [first, second], FILLED) is None


def test_a_line_counts_in_welsh_too() -> None:
    line = a_line(3, "We have asked.", "Rydym wedi gofyn.")
    assert made_of("Annwyl Donna Fretwell,\n\nRydym wedi gofyn.", [line], FILLED) == [line]


def test_a_line_without_a_name_on_file_is_never_filled_with_anything() -> None:
    assert made_of("Dear ,\n\nWe have asked.", [a_line(1, "Dear {{name}},\n\nWe have asked.")], {}) is None


def test_a_value_is_taken_for_words_and_never_for_a_pattern() -> None:
    line = a_line(1, "Dear {{name}}, (all) is *well*.")
    assert made_of("Dear .*, (all) is *well*.", [line], {"name": ".*"}) == [line]
    assert made_of("Dear anybody, (all) is *well*.", [line], {"name": ".*"}) is None


def test_patterns_are_made_only_of_lines_that_begin_as_the_letter_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    shape = standard_lines._shape
    monkeypatch.setattr(
        standard_lines, "_shape", lambda one, filled: [made.append(one), shape(one, filled)][1]
    )
    others = [a_line(number, f"About matter {number}.\n\nWrite to {{{{name}}}}.") for number in range(50)]
    assert made_of(SENT, [*others, a_line()], FILLED) is not None
    assert len(made) == 3
