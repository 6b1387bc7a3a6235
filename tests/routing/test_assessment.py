"""What the words of a message say: the sample messages of the domain, risk put plainly, and bad input."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.assessment import MessageFacts, assess
from routing.words import RISK_FLAGS, ConstituencyState, Flag, Kind, Language, Machine, Priority, Topic
from tests.routing.places import OURS, TABLE, assessed

DAMP = (
    "Dear Rowan Ashby, im at my wits end. black mould all over the kids room since October, my youngest is on"
    " 2 inhalers now. Rang Marl Homes 9 times, they say somebody will come and nobody comes. Please can you"
    " do something. Donna Fretwell 07700 900123"
)
WELSH_PIP = (
    "Annwyl Ms Probert, Mae'r Adran Gwaith a Phensiynau wedi gwrthod fy nghais am PIP ac rwyf wedi bod yn"
    " aros ers pedwar mis am ailystyriaeth orfodol. Allwch chi fy helpu, os gwelwch yn dda? Hoffwn gael ateb"
    " yn Gymraeg. Eleri Wynne Parry, 4 Heol y Nant, ZZ30 2CD"
)


def test_a_childs_health_in_a_damp_home_is_priority_casework_of_ours() -> None:
    found = assessed(DAMP, "Damp again!!! 14 Quarry Rd ZZ10 4AB")
    assert (found.kind, found.priority) == (Kind.CASEWORK, Priority.PRIORITY)
    assert found.topics[0] is Topic.HOUSING_SOCIAL
    assert (found.postcode, found.constituency) == ("ZZ10 4AB", ConstituencyState.LIKELY)
    assert (found.seat, found.member) == (OURS, "Rowan Ashby")


def test_a_threat_that_names_no_weapon_is_immediate() -> None:
    found = assessed(
        "I know your office is on Mill Street and what time that girl locks up."
        " Keep voting the way you do and see what happens to her."
    )
    assert (found.kind, found.priority) == (Kind.THREAT, Priority.IMMEDIATE)
    assert Flag.THREAT in found.flags
    assert "see what happens to her" in " ".join(one.sentence for one in found.because["kind"])


def test_a_welsh_letter_is_read_as_welsh_and_its_own_member_is_named() -> None:
    found = assessed(WELSH_PIP, "Apêl PIP")
    assert (found.language, found.kind) == (Language.WELSH, Kind.NOT_OURS)
    assert Topic.BENEFITS_DISABILITY in found.topics
    assert Flag.WELSH in found.flags
    assert (found.postcode, found.member) == ("ZZ30 2CD", "Dilys Probert")


@pytest.mark.parametrize(
    ("text", "kind", "topic", "priority"),
    [
        (
            "hiya is this the mp? my uc payment never came an i got 2 kids no food in. can u ring me",
            Kind.CASEWORK,
            Topic.BENEFITS_UC,
            Priority.IMMEDIATE,
        ),
        (
            "passport applied 14 weeks ago, fly Friday, nobody answers. Help??",
            Kind.CASEWORK,
            Topic.PASSPORTS,
            Priority.IMMEDIATE,
        ),
        (
            "We act for Ms T. Okoro. Signed authority attached. Deadline for removal 48 hours. Bright LLP",
            Kind.CASEWORK,
            Topic.ASYLUM,
            Priority.IMMEDIATE,
        ),
        (
            "My daughter (7, autistic) has been out of school since September. Council ignore the tribunal.",
            Kind.CASEWORK,
            Topic.SEND,
            Priority.PRIORITY,
        ),
        (
            "what's your view on voting at 16? genuinely curious",
            Kind.POLICY_VIEW,
            Topic.POLICY_VIEW,
            Priority.LOW,
        ),
        (
            "Thankyou so much the visa came through today we are all crying happy tears xx",
            Kind.THANK_YOU,
            Topic.OFFICE,
            Priority.LOW,
        ),
        (
            "Please send me everything you hold on me under UK GDPR Article 15.",
            Kind.DATA_REQUEST,
            Topic.DATA_REQUEST,
            Priority.STANDARD,
        ),
    ],
)
def test_sample_messages_are_told_apart(text: str, kind: Kind, topic: Topic, priority: Priority) -> None:
    found = assessed(text)
    assert (found.kind, found.priority) == (kind, priority)
    assert topic in found.topics


def test_junk_and_machine_mail_have_no_topic_and_no_hurry() -> None:
    for found in (
        assessed("claim your airdrop now example.net/xyz"),
        assessed("asdfasdf test"),
        assessed("I am out of the office until Monday 12th", "Automatic reply: Your enquiry MV-2041"),
        assessed("My uc payment never came", machine=Machine.AUTO_REPLY),
    ):
        assert found.kind in {Kind.SPAM, Kind.AUTO_REPLY}
        assert (found.topics, found.priority) == ((), Priority.LOW)


def test_junk_words_do_not_hide_a_threat() -> None:
    found = assessed("Claim your prize, click here. Also I am going to kill you.")
    assert (found.kind, found.priority) == (Kind.THREAT, Priority.IMMEDIATE)


def test_a_request_to_keep_a_name_out_of_it_is_confidential() -> None:
    found = assessed("drug dealing next door, i have videos. pls dont tell them it was me")
    assert Flag.CONFIDENTIAL in found.flags
    assert Flag.CONFIDENTIAL not in assessed("This email is confidential and intended only for Ann.").flags


def test_a_plea_inside_a_campaign_copy_is_lifted_out() -> None:
    template = "As your constituent I am writing to ask you to sign EDM 412. Please attend the debate. "
    plea = "I look after my husband who had a stroke, his pension was stopped and nobody will tell us why."
    assert assessed(template + plea, is_campaign=True).hidden_casework
    assert not assessed(template, is_campaign=True).hidden_casework


def test_two_matters_for_two_bodies_are_seen_as_two() -> None:
    two = "My mum has been waiting nine months for a hip operation. Also my bins have not been collected."
    one = "My roof leaks. The damp is back in the flat and the council says wait."
    assert assessed(two).split
    assert not assessed(one).split


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("The bailiffs come on 6 May.", Priority.IMMEDIATE),
        ("I must leave my flat by 15th May.", Priority.PRIORITY),
        ("My visa appeal hearing is on 12 May.", Priority.PRIORITY),
        ("My visa appeal hearing is on 12 November.", Priority.STANDARD),
    ],
)
def test_dates_in_the_text_set_the_urgency(text: str, priority: Priority) -> None:
    assert assessed(text).priority is priority


def test_a_few_plain_words_about_a_home_are_casework_and_no_call_of_the_press() -> None:
    text = "Dear Rowan Ashby,\n\nThe heating has failed again.\n\n1 Quarry Rd, ZZ10 4AB"
    found = assess(MessageFacts(text, datetime(2026, 5, 5, 12, tzinfo=ZoneInfo("UTC")), "Heating 1"), TABLE)
    assert found.kind is Kind.CASEWORK


def test_a_journalists_deadline_today_is_never_a_matter_of_life() -> None:
    found = assess(
        MessageFacts(
            "Hi, I am a reporter on the Wexcombe Herald. We are running a story tomorrow on the sale of the "
            "Mill Street car park and would like a comment from Rowan. Our deadline is 4pm. Can somebody "
            "ring me?\n\nSunita Lal, 07700 900118",
            datetime(2026, 5, 5, 12, tzinfo=ZoneInfo("UTC")),
            subject="Request for comment: Mill Street car park, deadline 4pm",
        ),
        TABLE,
    )
    assert found.kind is Kind.MEDIA
    assert found.priority is not Priority.IMMEDIATE


def test_the_day_of_receipt_is_the_day_in_london() -> None:
    late = datetime(2026, 5, 5, 23, 30, tzinfo=ZoneInfo("UTC"))
    found = assess(MessageFacts("My visa appeal hearing is on 20 May.", late), TABLE)
    assert found.priority is Priority.PRIORITY


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "😀😀😀",
        "\u200b\u202e\u2066",
        "\x00\x01",
        "word" * 25_000,
        "a " * 50_000,
        "kill " * 30_000,
        "." * 100_000,
        "ZZ10 4AB " * 20_000,
        "i will " * 20_000,
        "على الرغم من ذلك، نحن بحاجة إلى المساعدة",
        "請幫助我",
    ],
    ids=range(13),
)
def test_any_text_gets_an_answer_in_bounded_time(text: str) -> None:
    start = time.process_time()
    found = assessed(text)
    assert time.process_time() - start < 2
    assert found.kind in Kind


@pytest.mark.parametrize("word", ["house", "water", "council", "train", "garden", "light", "the", "word"])
@pytest.mark.parametrize("run", ["{0} ", "{0}\n", "{0}"], ids=["words", "lines", "one word"])
def test_a_hundred_kilobytes_of_one_harmless_word_alarm_nobody(word: str, run: str) -> None:
    found = assessed(run.format(word) * (100_000 // (len(word) + 1)))
    assert found.kind in {Kind.CASEWORK, Kind.SPAM, Kind.POLICY_VIEW}
    assert not found.flags & RISK_FLAGS
    assert found.priority in {Priority.STANDARD, Priority.LOW}


@pytest.mark.parametrize("text", ["kill " * 20_000, "bomb\n" * 20_000, "I will burn you\n" * 20])
def test_repeated_words_of_violence_stay_before_a_person(text: str) -> None:
    assert Flag.THREAT in assessed(text).flags


@given(st.text(max_size=400), st.text(max_size=80))
@settings(deadline=None)
def test_no_text_breaks_the_assessment(text: str, subject: str) -> None:
    found = assessed(text, subject)
    assert found.priority in Priority
    if found.flags & {Flag.THREAT, Flag.SELF_HARM}:
        assert found.priority is Priority.IMMEDIATE


def test_every_answer_shows_where_it_comes_from() -> None:
    found = assessed("My PIP was stopped and we have no food in the house. ZZ14 3RS")
    assert {"topics", "priority", "constituency"} <= set(found.because)
    for evidence in found.because.values():
        assert all(one.words and one.sentence for one in evidence)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "RE: Automatic reply: Rowan Ashby MP",
            "No hot water since Monday and three small children. ZZ12 4AB",
        ),
        (
            "RE: Out of office",
            "> I am out of the office. Ring us if it is urgent.\n\nMy claim was refused, please help.",
        ),
    ],
)
def test_a_person_who_answers_our_out_of_office_is_no_machine(subject: str, text: str) -> None:
    assert assessed(text, subject=subject).kind is not Kind.AUTO_REPLY
    assert (
        assessed("The office is closed until Monday.", subject="Automatic reply: Your letter").kind
        is Kind.AUTO_REPLY
    )


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Fwd: Undelivered Mail Returned to Sender", "What does this mean please? Attached as it came."),
        (
            "FW: Delivery Status Notification (Failure)",
            "Is this your end or mine? I wrote about my roof.\n\n---------- Forwarded message ---------\n"
            "From: Mail Delivery Subsystem\n\n** Address not found **\n\nIt could not be delivered.",
        ),
    ],
)
def test_a_person_who_passes_on_a_machines_mail_is_no_machine(subject: str, text: str) -> None:
    assert assessed(text, subject=subject).kind is not Kind.AUTO_REPLY


def test_links_make_no_junk_of_a_letter() -> None:
    text = "My roof leaks and the council does not come. Pictures: https://pics.example/1 www.pics.example/2"
    assert assessed(text, "The roof https://pics.example").kind is Kind.CASEWORK
