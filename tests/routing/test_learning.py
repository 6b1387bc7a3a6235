"""What the office teaches moves kinds and topics, can be read and forgotten, and never touches a risk."""

import pytest

from routing.assessment import MessageFacts, assess
from routing.labelled import UNDATED
from routing.learning import (
    Learned,
    LearningError,
    as_json,
    from_json,
    leanings,
    learn,
    lesson_words,
    telling_words,
    unlearn,
)
from routing.wording import wording
from routing.words import Flag, Kind, Topic
from tests.routing.places import TABLE

ODD = "The Harbottle scheme has gone quiet. Which week does our Harbottle slot come round?"
OTHERS = (
    "My bins were missed again in Fell Street.",
    "Please vote against the bill on hedges.",
    "The surgery cannot see me before June.",
)


def taught(times: int = 6) -> Learned:
    learned = Learned()
    for number in range(times):
        learn(learned, words(f"The Harbottle scheme, letter {number}"), ["kind casework", "topic transport"])
    for text in OTHERS:
        learn(learned, words(text), ["kind casework"])
    return learned


def words(text: str) -> frozenset[str]:
    return lesson_words(wording("", text))


def test_a_word_that_the_office_filed_under_a_topic_brings_it() -> None:
    message = MessageFacts(ODD, UNDATED)
    assert Topic.TRANSPORT not in assess(message, TABLE).topics
    found = assess(message, TABLE, taught())
    assert Topic.TRANSPORT in found.topics
    assert "harbottle scheme" in " ".join(one.words for one in found.because["topics"])


def test_a_kind_that_the_office_corrects_is_learned() -> None:
    text = "Congratulations from the Marl Ukulele Orchestra on another fine week of music"
    learned = Learned()
    for number in range(8):
        filed = ["kind office", "not kind casework"]
        learn(learned, words(f"Marl Ukulele Orchestra presents concert {number}"), filed)
    for other in OTHERS:
        learn(learned, words(other), ["kind casework"])
    assert assess(MessageFacts(text, UNDATED), TABLE, learned).kind is Kind.OFFICE


@pytest.mark.parametrize("kind", ["casework", "spam", "thank-you"])
def test_nothing_that_is_learned_takes_a_risk_flag_away(kind: str) -> None:
    text = "I am going to kill you"
    learned = Learned()
    for _ in range(50):
        learn(learned, words(text), [f"kind {kind}"])
    found = assess(MessageFacts(text, UNDATED), TABLE, learned)
    assert (found.kind, Flag.THREAT in found.flags) == (Kind.THREAT, True)


def test_learning_alone_does_not_file_a_plea_where_nobody_works() -> None:
    text = "My universal credit has stopped and I cannot pay the rent, please help"
    learned = Learned()
    for _ in range(50):
        learn(learned, words(text), ["kind spam"])
    for other in OTHERS:
        learn(learned, words(other), ["kind casework"])
    assert assess(MessageFacts(text, UNDATED), TABLE, learned).kind is Kind.CASEWORK


def test_what_was_learned_can_be_read_word_by_word() -> None:
    first = telling_words(taught(), "topic transport")[0]
    assert (first.here, first.elsewhere) == (6, 0)
    assert "harbottl" in {one.word for one in telling_words(taught(), "topic transport")}


def test_a_lesson_taken_back_leaves_nothing_behind() -> None:
    learned = taught()
    before = as_json(learned)
    learn(learned, words(ODD), ["topic planning"])
    unlearn(learned, words(ODD), ["topic planning"])
    assert as_json(learned) == before


def test_counts_survive_being_stored() -> None:
    stored = as_json(taught())
    assert as_json(from_json(stored)) == stored
    assert leanings(from_json(stored), words(ODD), "topic") == leanings(taught(), words(ODD), "topic")


@pytest.mark.parametrize("stored", ["", "[]", "{}", '{"messages": 1, "words": [], "labels": {}}'])
def test_counts_that_are_broken_are_refused(stored: str) -> None:
    with pytest.raises(LearningError):
        from_json(stored)


def test_one_lesson_alone_says_nothing() -> None:
    once, often = taught(1), taught(12)
    assert "transport" not in leanings(once, words(ODD), "topic")
    assert leanings(often, words(ODD), "topic")["transport"].score > 1
