"""What cannot wait, as people say it, and what only sounds like it: the table in `need_cases.txt`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from routing.assessment import Assessment, MessageFacts, assess
from routing.words import Flag, Priority

TUESDAY = datetime(2026, 11, 3, 10, tzinfo=UTC)
CASES = [
    (when.strip(), text.strip())
    for line in Path(__file__).with_name("need_cases.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
    for when, _, text in [line.partition("|")]
]


def _assessed(text: str) -> Assessment:
    return assess(MessageFacts(text, TUESDAY), None)


@pytest.mark.parametrize("text", [text for when, text in CASES if when == "now"])
def test_it_cannot_wait(text: str) -> None:
    assert _assessed(text).priority is Priority.IMMEDIATE


@pytest.mark.parametrize("text", [text for when, text in CASES if when == "wait"])
def test_it_only_sounds_as_if_it_could_not(text: str) -> None:
    assert _assessed(text).priority is not Priority.IMMEDIATE


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I am 16 and they put me in a hotel with grown men", Flag.SAFEGUARDING),
        ("She cowers when the carer comes, bruised on both arms", Flag.SAFEGUARDING),
        ("He reads my phone and keeps my passport", Flag.DOMESTIC_ABUSE),
        ("I am a man and need a refuge, every one says women only", Flag.DOMESTIC_ABUSE),
        ("Sleeping in my car since Friday", Flag.VULNERABLE),
        ("Dad cannot dress or bathe and his carers come at 11", Flag.SPECIAL_CATEGORY),
        ("Do not tell my mum, only email this account", Flag.CONFIDENTIAL),
        ("I am the support worker of a man at our hostel", Flag.REPRESENTATIVE),
        ("I visit my aunt, she cannot write herself", Flag.THIRD_PARTY),
    ],
)
def test_harm_and_circumstances_are_heard_in_everyday_words(text: str, flag: Flag) -> None:
    assert flag in _assessed(text).flags


@pytest.mark.parametrize(
    ("text", "is_split"),
    [
        ("My universal credit was stopped. Also the bins have not been emptied for a month.", True),
        ("Two things: HMRC have my tax code wrong, and my mother's hip operation was cancelled.", True),
        ("My universal credit was stopped. I have sent the form 3 times and the journal is closed.", False),
        ("The council have not mended the damp. First they lost the form, then they never came.", False),
    ],
)
def test_several_matters_are_those_of_several_bodies(text: str, is_split: bool) -> None:
    assert _assessed(text).split is is_split
