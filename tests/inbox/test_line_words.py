"""A line is still that line after somebody touched it up; another text with some of its words is not."""

import pytest

from inbox.line_words import pairs, parts, said_by_another, stands_in

LINE = (
    "The pilot of face to face banking hubs runs until the end of this month and every hub opens at nine in "
    "the morning."
)
[PART] = parts(LINE)


@pytest.mark.parametrize(
    "said",
    [
        LINE,
        LINE.upper(),
        LINE.replace("nine", "9"),
        LINE.replace(" and every", ", and every"),
        LINE.replace(" ", "  ").replace("hubs  runs", "hubs\n\nruns"),
        LINE.replace("banking", "b\u200banking").replace("morning", "m\u043erning"),
    ],
)
def test_a_line_that_was_touched_up_is_that_line(said: str) -> None:
    assert stands_in(PART, pairs(f"Dear Donna,\n\nThank you. {said} Yours"))


@pytest.mark.parametrize(
    "said",
    [
        "The pilot of face to face banking hubs goes on, and we do not know for how long.",
        LINE.replace("this month", "next summer").replace("nine in the morning", "noon"),
        "",
    ],
)
def test_other_words_on_the_same_matter_are_not(said: str) -> None:
    assert not stands_in(PART, pairs(said))


def test_what_is_filled_in_is_no_word_of_the_line() -> None:
    [part] = parts("Dear {{name}}, we have asked Marl Homes. They must reply by [date] or tell us why not.")
    assert stands_in(part, pairs("We have asked Marl Homes. They must reply by 9 June or tell us why not."))


def test_a_greeting_and_a_signature_are_no_part_of_a_line_that_says_more() -> None:
    found = list(parts(f"Dear {{{{name}}}},\n\n{LINE}\n\nYours sincerely\nRowan Ashby"))
    assert found == [PART]
    assert len(list(parts("We have asked them."))) == 1


def test_words_that_a_line_in_date_says_as_fully_are_that_lines() -> None:
    newer = LINE.replace("this month", "next month")
    [fresh] = parts(newer)
    assert said_by_another(PART, [fresh], pairs(newer))
    assert said_by_another(PART, [PART], pairs(LINE))
    assert not said_by_another(PART, [fresh], pairs(LINE)), "these are the old words"
    assert not said_by_another(PART, [pairs("Yours sincerely Rowan Ashby")], pairs(f"{LINE} Yours sincerely"))
