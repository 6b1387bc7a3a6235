"""Where a message may turn from one matter to another."""

import pytest

from routing.signals import Signals
from routing.weighing import sentence_labels
from routing.wording import wording
from tests.routing.places import assessed


def turns(text: str, subject: str = "") -> set[str]:
    found = sentence_labels(Signals(wording(subject, text)))
    return {
        label.removeprefix("turn ")
        for labels in found.values()
        for label in labels
        if label.startswith("turn ")
    }


def test_a_sentence_tells_how_it_opens() -> None:
    assert {"opens my", "opens and", "opens and the"} <= turns("My roof leaks. And the bus is late.")


def test_a_subject_tells_what_it_joins_and_no_sentence_opens_there() -> None:
    found = turns("Please help.", "Roof and bus")
    assert {"subject roof", "subject and", "subject bus", "opens please"} <= found
    assert "opens roof" not in found


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("My roof leaks + the bus is late", "mark +"),
        ("(1) My roof leaks, (2) the bus is late", "mark 2"),
        ("1. My roof leaks 2. The bus is late", "mark 2"),
    ],
)
def test_marks_that_part_two_things_are_seen(text: str, mark: str) -> None:
    assert mark in turns(text)
    assert not any(one.startswith("mark") for one in turns("My roof leaks and the bus is late"))


def test_a_topic_that_another_body_handles_is_a_turn_and_one_of_the_same_body_is_none() -> None:
    assert {"to another body", "bodies 2"} <= turns("My visa is late. My hip operation was cancelled.")
    found = turns("My universal credit was stopped. My PIP was refused.")
    assert "bodies 1" in found
    assert "to another body" not in found


def test_a_message_without_words_has_no_turns() -> None:
    assert turns("") == set()


def test_two_matters_that_no_word_parts_are_seen_as_two() -> None:
    assert assessed(
        "My driving licence has been with the DVLA since April. And my mother cannot get her hearing aids"
        " from the hospital. ZZ12 4AB",
        "Licence and hearing aids",
    ).split
