"""What the text of a campaign itself reads like is no risk of each who sent it; what a person added is."""

from dataclasses import replace

from routing.assessment import MessageFacts, assess
from routing.campaigns import gist_of
from routing.copies import makes_a_campaign, nature_of, read_copy, read_together, risks_of_text
from routing.labelled import UNDATED
from routing.words import Flag, Kind, Priority

DYING = (
    "Please vote for the Assisted Dying Bill. I do not want to live in agony and I would rather end my life "
    "in peace than be left to suffer. Please attend the debate on 14 May and vote for it."
)
TITLE = "Assisted Dying Bill"


def a_letter(own: str = "", number: int = 0) -> MessageFacts:
    text = f"Dear Rowan,\n\n{DYING}\n\n{own}".strip()
    return MessageFacts(text, UNDATED, subject=TITLE, from_address=f"p{number}@example.org")


def test_alone_such_a_letter_is_put_before_a_person() -> None:
    found = assess(a_letter(), None)
    assert (found.kind, found.priority) == (Kind.SELF_HARM_RISK, Priority.IMMEDIATE)


def test_a_copy_is_not_flagged_for_the_words_that_all_of_them_have() -> None:
    copy = read_copy(a_letter(), DYING, None, title=TITLE)
    assert (copy.assessment.kind, copy.assessment.flags) == (Kind.CAMPAIGN, frozenset())
    assert (copy.assessment.priority, copy.hides) == (Priority.LOW, False)


def test_what_a_person_added_is_flagged_as_ever() -> None:
    own = "I cannot go on. I have the tablets here and tonight I will take them all."
    copy = read_copy(a_letter(own), DYING, None, title=TITLE)
    assert Flag.SELF_HARM in copy.assessment.flags
    assert copy.assessment.priority is Priority.IMMEDIATE
    assert copy.hides
    threat = read_copy(
        a_letter("If you vote no I will come to your house and kill you."), DYING, None, title=TITLE
    )
    assert threat.assessment.kind is Kind.THREAT


def test_another_risk_than_the_text_s_own_is_kept() -> None:
    own = "My husband hits me and I am afraid to go home to him tonight."
    copy = read_copy(a_letter(own), DYING, None, title=TITLE)
    assert copy.hides
    assert Flag.SELF_HARM not in copy.assessment.flags


def test_such_a_text_is_a_campaign_once_five_people_sent_it() -> None:
    gist, nature = gist_of(TITLE, a_letter().text), nature_of(a_letter(), None)
    assert not makes_a_campaign("abcd", [gist] * 4, gist, nature)
    assert not makes_a_campaign("abcda", [gist] * 5, gist, nature)
    assert makes_a_campaign("abcde", [gist] * 5, gist, nature)
    four = read_together([a_letter(number=number) for number in range(4)], None)
    assert all(Flag.SELF_HARM in copy.assessment.flags for _, copy in four.values())
    five = read_together([a_letter(number=number) for number in range(5)], None)
    assert not any(copy.assessment.flags for _, copy in five.values())


def test_the_text_itself_is_shown_once_with_its_sentence() -> None:
    found = risks_of_text(DYING, TITLE)
    assert found is not None
    assert Flag.SELF_HARM in found.flags
    assert risks_of_text("Please sign EDM 412 and speak up for banks.", "Banks") is None


def test_a_matter_that_is_lifted_out_is_as_urgent_as_the_words_that_tell_it() -> None:
    rivers = "Please support the Clean Rivers Bill at its second reading on 14 May, and vote for it."
    own = (
        "On a personal note, I was served an eviction notice and the bailiffs come tomorrow with my two "
        "little ones here. I don't know who to turn to."
    )
    message = MessageFacts(f"Dear Rowan,\n\n{rivers}\n\n{own}", UNDATED, subject="Clean Rivers Bill")
    copy = read_copy(message, rivers, None, title="Clean Rivers Bill")
    alone = assess(MessageFacts(own, UNDATED), None)
    assert copy.lifted is not None and alone.priority is Priority.IMMEDIATE
    assert copy.assessment.priority is Priority.IMMEDIATE
    assert copy.assessment.flags >= alone.flags
    assert (copy.assessment.kind, copy.as_read.kind) == (Kind.CAMPAIGN, Kind.CASEWORK)
    assert copy.assessment.because["priority"] == copy.lifted.because["priority"]
    thanks = read_copy(replace(message, text=f"Dear Rowan,\n\n{rivers}"), rivers, None)
    assert thanks.assessment.priority is Priority.LOW and thanks.as_read is thanks.assessment
