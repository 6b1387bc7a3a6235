"""Copies are known through greetings, signatures, edits, reordering and additions; own words stay apart."""

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.corpus import mails
from connectors.email.mime import read_mail
from routing.assessment import MessageFacts
from routing.campaigns import are_copies, gist_of, is_same_text
from routing.copies import makes_a_campaign, nature_of, read_together, template_of
from routing.differences import added_text, differences
from routing.letter_parts import core_words
from routing.piles import piles
from routing.words import Kind
from tests.routing.labelled_sets import FOLDER, labelled
from tests.routing.places import RECEIVED, TABLE

BANKS = [
    "I am writing as your constituent to ask you to sign EDM 412 and speak up for face to face banking.",
    "Over 6,000 branches have closed since 2015.",
    "Older people, people without a car and people who cannot bank online are left with nobody to talk to.",
    "The Post Office counter closes at noon and the cash machine in the square has been empty since March.",
    "Please will you attend the debate on 14 May and ask the minister for banking hubs in Wexcombe?",
]
GREETINGS = st.sampled_from(["", "Dear Rowan Ashby,\n\n", "Hi Rowan, ", "Dear Mr Ashby,\n", "To my MP:\n\n"])
ENDINGS = st.sampled_from(
    ["", "\n\nYours sincerely,\nColin Peake\nZZ11 2QT", "\n\nBest wishes, Asha Khan, ZZ14 1AA",
     "\n\nMany thanks\nT. Hale\n12 Quarry Road\nZZ10 7AA\nSent from my iPhone", " Jean Oduya ZZ12 8LP"]
)  # fmt: skip
OWN = (
    "My mother is 84 and will not bank online, so she keeps cash in a tin.",
    "I run the newsagent and my takings have to be driven eleven miles.",
    "We were turned away on Tuesday and nobody will tell us why.",
    "It is a disgrace, frankly.",
)


def bank_letter(sentences: list[str], greeting: str = "", ending: str = "") -> str:
    return f"{greeting}{' '.join(sentences)}{ending}"


@given(GREETINGS, ENDINGS, st.permutations(BANKS), st.lists(st.sampled_from(OWN), max_size=4, unique=True))
def test_a_copy_is_known_through_greeting_signature_order_and_additions(
    greeting: str, ending: str, order: list[str], own: list[str]
) -> None:
    copy = bank_letter([*own[:2], *order, *own[2:]], greeting, ending)
    first = gist_of("Save our banks", bank_letter(BANKS, "Dear Rowan Ashby,\n\n"))
    assert is_same_text(first, gist_of("banks", copy))


@given(st.sets(st.integers(0, len(BANKS) - 1), max_size=2), st.randoms(use_true_random=False))
def test_a_copy_is_known_with_sentences_left_out_and_words_changed(
    gone: set[int], chance: random.Random
) -> None:
    kept = [sentence for number, sentence in enumerate(BANKS) if number not in gone]
    words = " ".join(kept).split(" ")
    for place in chance.sample(range(len(words)), len(words) // 12):
        words[place] = "really"
    assert are_copies(gist_of("", " ".join(words)), gist_of("", bank_letter(BANKS)))


@given(st.text(max_size=3000), st.text(max_size=3000))
@settings(max_examples=200)
def test_any_two_texts_are_compared_without_failing_and_in_the_same_way_both_times(a: str, b: str) -> None:
    one, other = gist_of("x", a), gist_of("x", b)
    assert are_copies(one, other) == are_copies(other, one)
    found = differences(a, b)
    assert all(0 <= start < end <= len(a) for start, end in found.added)
    assert all(0 <= start < end <= len(b) for start, end in found.removed)
    added_text(a, found)


@given(st.text(max_size=2000))
def test_a_text_adds_nothing_to_itself(text: str) -> None:
    found = differences(text, text)
    assert (found.added, found.removed) == ((), ())


@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("tuned", 0.99, 0.95), ("never_tuned", 0.99, 0.92)]
)
def test_copies_and_rewordings_are_paired_and_own_words_are_not(
    name: str, precision: float, recall: float
) -> None:
    rows = campaign_letters(name)
    found = piles([gist_of(subject, text) for _, subject, text in rows])
    pairs = list(combinations(range(len(rows)), 2))
    true = {(a, b) for a, b in pairs if rows[a][0] == rows[b][0] != "-"}
    said = {(a, b) for a, b in pairs if found[a] is not None and found[a] == found[b]}
    wrong, missed = [
        [rows[one][2][:60] for pair in some for one in pair] for some in (said - true, true - said)
    ]
    assert len(said & true) >= precision * len(said), wrong
    assert len(said & true) >= recall * len(true), missed


def test_letters_in_own_words_that_share_a_subject_and_a_few_phrases_are_no_campaign() -> None:
    """Each sentence of these is put together at random from the same few hundred phrases."""
    letters = [_letter_of(mail.raw) for mail in mails(500) if mail.answers is None]
    own = [letter for letter in letters if not letter[1].startswith("Dear MP")]
    assert len(own) > 200
    gists = [gist_of(subject, text) for subject, text in own]
    found = piles(gists)
    for pile in {one for one in found if one is not None}:
        members = [number for number, one in enumerate(found) if one == pile]
        subject, text = own[members[0]]
        facts = MessageFacts(text, RECEIVED, subject)
        senders = [str(number) for number in members]
        nature = nature_of(facts, None)
        assert not makes_a_campaign(senders, [gists[one] for one in members], gists[members[0]], nature)


MAYOR = (
    "A mayor for the whole county would be one person to blame and one to thank. I support the plan and "
    "hope that you vote for powers over buses, housing and skills to come down from Whitehall.",
    "Please back the plan for a county mayor: one person to thank or to blame, with powers over housing, "
    "buses and skills moved down from Whitehall.",
    "Powers over skills, buses and housing belong here and not in Whitehall. A county mayor gives us one "
    "person to blame or thank, so I ask you to support the plan.",
)


def test_a_text_in_other_words_is_a_campaign_once_three_people_sent_it() -> None:
    letters = [MessageFacts(text, RECEIVED, from_address=f"{number}@example.org")
               for number, text in enumerate(MAYOR)]  # fmt: skip
    assert len({key for key, _ in read_together(letters, None).values()}) == 1
    assert len(read_together(letters, None)) == 3
    assert not read_together(letters[:2], None)


def test_a_matter_in_other_words_is_never_a_campaign() -> None:
    """Those who have like troubles find like words."""
    texts = [
        f"{who} has waited {since} for the council to mend the boiler in our flat and the baby is cold "
        f"at night. The housing office promised an engineer and nobody came. Can you help?"
        for who, since in (("My wife", "a month"), ("Our family", "weeks"), ("My sister", "since May"))
    ]
    gists = [gist_of("", text) for text in texts]
    nature = nature_of(MessageFacts(texts[0], RECEIVED), None)
    assert not makes_a_campaign("abc", gists, gists[0], nature)


def _letter_of(raw: bytes) -> tuple[str, str]:
    mail = read_mail(raw)
    return mail.subject, mail.text


def campaign_letters(name: str) -> list[tuple[str, str, str]]:
    """Key, subject and text of each letter of a file."""
    lines = (FOLDER / f"campaigns_{name}.txt").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        if line and not line.startswith("#"):
            key, _, letter = line.partition("|")
            subject, _, text = letter.partition("::")
            found.append((key.strip(), subject.strip(), text.strip()))
    return found


def test_no_letters_of_the_labelled_set_are_a_campaign_but_those_of_campaigns() -> None:
    rows = labelled("never_tuned")
    found = read_together([one.message for one in rows], None)
    assert found
    assert all(rows[place].campaign or rows[place].kind is Kind.CAMPAIGN for place in found)


def test_the_words_between_greeting_and_signature_are_the_letter() -> None:
    text = "Dear Mr Ashby, please sign it. Kind regards, P. Lowe ZZ10 2BB"
    assert [word.plain for word in core_words(text)] == ["please", "sign", "it"]
    assert [text[word.start : word.end] for word in core_words(text)] == ["please", "sign", "it"]
    assert core_words("") == []


def test_what_was_added_is_told_in_whole_sentences_wherever_it_stands() -> None:
    own = "I look after my husband who had a stroke and we were turned away on Tuesday."
    copy = bank_letter([BANKS[4], BANKS[0], own, *BANKS[1:4]], "Hello,\n\n", "\n\nJean Oduya")
    found = differences(copy, bank_letter(BANKS))
    assert added_text(copy, found) == own
    assert found.removed == ()


def test_the_template_is_what_most_people_sent() -> None:
    plain, longer = bank_letter(BANKS), bank_letter([*BANKS, OWN[0]])
    longer_gist, plain_gist, greeting = (gist_of("", text) for text in (longer, plain, f"Hi,\n\n{plain}"))
    assert template_of([longer_gist, plain_gist, greeting]) == 1
    assert template_of([longer_gist, plain_gist]) == 1, "with none sent twice, the one that adds least"


def test_junk_and_machine_mail_of_one_text_is_no_campaign() -> None:
    text = "I am out of the office until Monday 12th with limited access to email. If urgent ring the desk."
    letters = [
        MessageFacts(text, RECEIVED, subject="Automatic reply", from_address=f"{number}@example.org")
        for number in range(4)
    ]
    assert read_together(letters, TABLE) == {}


def test_a_pile_in_a_batch_shares_a_key_and_shows_what_hides_in_it() -> None:
    rows = campaign_letters("tuned")
    letters = [
        MessageFacts(text, RECEIVED, subject=subject, from_address=f"{number}@example.org")
        for number, (_, subject, text) in enumerate(rows)
    ]
    found = read_together(letters, TABLE)
    banks = {found[number][0] for number, row in enumerate(rows) if row[0] == "bank"}
    assert len(banks) == 1
    assert [number for number, (_, copy) in found.items() if copy.lifted] == [1]
    assert found[1][1].assessment.kind is Kind.CAMPAIGN
    assert found[1][1].assessment.hidden_casework


def test_a_hostile_text_is_read_in_bounded_steps() -> None:
    for text in ("word " * 200_000, "a" * 1_000_000, "Dear " * 100_000, "1,2 " * 200_000, "A B " * 200_000):
        gist = gist_of(text[:400], text)
        assert len(gist.pairs) < 10_000 and len(gist.sentences) <= 60
        assert differences(text, bank_letter(BANKS)).added_words <= 20_000
