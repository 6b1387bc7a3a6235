"""The notation of the word lists: what a phrase meets, and how a list that cannot be read is told."""

import pytest

from routing.phrases import lists_from
from routing.wording import wording

CLASSES = "@harm: kill, set fire to, stab\n@you: you, him"


def _found(phrase: str, text: str, label: str = "risk") -> bool:
    lists = lists_from([CLASSES, f"[{label}]\n4: {phrase}"])
    return bool(lists.find(wording("", text).sentences))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("black mould", "There is BLACK  mould."),
        ("i will {harm} {you}", "I'll set fire to him!"),
        ("i will [really|just] {harm}", "i will just stab"),
        ("i will (really )?{harm}", "I will kill"),
        ("(mum|dad (is|was) ill)", "My dad was ill."),
        ("know .. live", "I know exactly where you live"),
        ("know ... live", "I know a good many of the places where you live"),
        ("evict*", "The eviction is on Monday"),
        ("8# years old", "She is 84 years old"),
        ("in # hours", "in 48 hours"),
        ("my * is ill", "my budgie is ill"),
        ("cannot cope", "I cant cope"),
        ("cannot cope", "I can't\ncope"),
        ("café", "the CAFE is shut"),
    ],
)
def test_a_phrase_meets_the_text_however_it_is_typed(phrase: str, text: str) -> None:
    assert _found(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("black mould", "The wall is black. Mould is on it."),
        ("damp", "dampener"),
        ("know .. live", "I know that you and your whole family used to live"),
        ("know ... live", "I know. You live."),
        ("i will {harm}", "i will killjoy"),
        ("evict*", "convicted"),
        ("8# years old", "7 years old"),
    ],
)
def test_a_phrase_does_not_run_over_words_or_sentences(phrase: str, text: str) -> None:
    assert not _found(phrase, text)


def test_phrases_of_topics_also_stand_for_their_plural() -> None:
    assert _found("primary school", "two primary schools", "topic schools")
    assert not _found("primary school", "two primary schools", "risk")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[risk]\n4: i will {hurt}", "no list defines"),
        ("[risk]\n4: (a|b", "not closed"),
        ("[risk]\n4: a) b", "cannot be read"),
        ("[risk]\n4: [a|b] ..", "no word that it needs"),
        ("[risk]\n4: a, !", "is no word"),
        ("[risk]\nfour: a", "no weight"),
        ("4: a", "no section"),
    ],
)
def test_a_list_that_cannot_be_read_says_which_phrase_it_is(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        lists_from([CLASSES, text])
