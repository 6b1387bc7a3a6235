"""A risk is found anywhere in a text however long it is, and what was not read is said."""

import time

import pytest

from routing.words import Flag
from tests.routing.places import assessed

FILLER = "The garden of my house waits for the bus. Road and rain fill the week. A long letter came. "
RISKS = (
    "I am going to kill myself tonight. ",
    "I will stab you on Friday. ",
    "im gona kil my self. ",
    "I WILL K\u200bILL YOU. ",
)


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("before", [1_000, 36_000, 199_990, 700_000])
def test_a_plain_risk_is_found_after_any_number_of_sentences(before: int, risk: str) -> None:
    found = assessed(f"{(FILLER * (before // len(FILLER) + 1))}{risk}{FILLER * 4}")
    assert found.flags & {Flag.THREAT, Flag.SELF_HARM}


def test_ordinary_filler_of_any_length_is_no_risk_and_says_what_was_not_read() -> None:
    assert not assessed(FILLER * 9_000).flags & {Flag.THREAT, Flag.SELF_HARM}
    (said,) = assessed(FILLER * 9_000).because["unread"]
    assert said.rule.endswith("characters were only looked through for plain words of risk.")
    assert "unread" not in assessed(FILLER).because


def test_words_that_undo_a_risk_undo_it_in_the_far_part_too() -> None:
    far = "Please vote for more suicide prevention funding in the budget. "
    assert not assessed(f"{FILLER * 3_000}{far}").flags & {Flag.THREAT, Flag.SELF_HARM}


def test_what_is_far_costs_little_beside_what_is_read() -> None:
    read, whole = FILLER * 2_000, FILLER * 10_000
    assessed(read)

    def cost(text: str) -> float:
        started = time.process_time()
        assessed(text)
        return time.process_time() - started

    ratios = sorted(cost(whole) / cost(read) for _ in range(3))
    assert ratios[1] < 4, "five times the text"
