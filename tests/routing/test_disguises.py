"""Risk is found however it is dressed up, and ordinary text with the same marks is left alone."""

import pytest

from routing.wording import plain_words
from routing.words import Flag, Kind, Priority
from tests.routing.places import assessed

HIDDEN = "\u200b"
RIGHT_TO_LEFT = "\u202e"


@pytest.mark.parametrize(
    "text",
    [
        "I am going to k\u200bill y\u200bou",
        f"{RIGHT_TO_LEFT}I am going to kill you",
        "I am going to \u043aill \u0443\u043eu",
        "I AM GOING TO KILL YOU",
        "i am g0ing to k1ll you",
        "i am going to k i l l you",
        "hello is that the mp i been waiting on my bins and i am going to kill you and the light is out",
        "I am going to kill you \U0001f52a\U0001f52a",
        "I\u2019m going to kill you",
    ],
)
def test_a_threat_is_found_in_disguise(text: str) -> None:
    found = assessed(text)
    assert Flag.THREAT in found.flags
    assert found.priority is Priority.IMMEDIATE


@pytest.mark.parametrize(
    "text",
    [
        "im gona kil my self",
        "i wana die",
        "i want 2 die",
        "i want to kill my self",
        "i will kill my self tonight",
        "gonna kill meself",
        "im going to kill myslef",
        "she says she will kill her self",
        "he is going to hang his self",
        "i feel suisidal",
        "ive took an overdoes",
        "my neighbour keeps saying he will top himself, I am worried, he's 71 and has a shotgun licence",
    ],
)
def test_a_wish_to_die_is_found_misspelt_and_dictated_and_is_no_threat(text: str) -> None:
    found = assessed(text)
    assert Flag.SELF_HARM in found.flags
    assert found.kind is Kind.SELF_HARM_RISK
    assert found.priority is Priority.IMMEDIATE


@pytest.mark.parametrize(
    "text",
    [
        "i am goin to kil you",
        "im gunna stabb you",
        "I w\u0336i\u0336l\u0336l\u0336 k\u0336i\u0336l\u0336l\u0336 you",
    ],
)
def test_a_threat_is_found_misspelt_and_struck_out(text: str) -> None:
    assert assessed(text).kind is Kind.THREAT


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("I hurt my self today", " i hurt myself today "),
        ("They blame them selves", " they blame themselves "),
        ("my self employed son", " my self employed son "),
        ("her self assessment", " her self assessment "),
        ("The strange patrol kept its tables", " the strange patrol kept its tables "),
    ],
)
def test_only_what_is_misspelt_is_mended(text: str, plain: str) -> None:
    assert plain_words(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "My flat is B12, ZZ10 4AB, 4am is bin day",
        "The A38 at J4 is shut",
        "U N E S C O sites",
        "\U0001f525 sale",
    ],
)
def test_digits_and_pictures_alone_are_no_risk(text: str) -> None:
    assert not assessed(text).flags & {Flag.THREAT, Flag.SELF_HARM}


@pytest.mark.parametrize(
    "text",
    [
        "The rota is on https://kill-you.example/burn-it-down?when=saturday for the bees.",
        "Mail end.it.all@example.org about the theatre tickets.",
        "I bought the vitamins at goodbye-forever.example.",
    ],
)
def test_the_words_of_an_address_are_nobodys_wish(text: str) -> None:
    assert not assessed(text).flags & {Flag.THREAT, Flag.SELF_HARM}


def test_a_full_stop_without_a_space_is_no_address() -> None:
    assert Flag.THREAT in assessed("You did nothing.I am going to kill you.Rot").flags


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "a. " * 60_000, "kill you " * 20_000, "a." * 100_000, "\u0928\u092e" * 40_000, ""]
)
def test_any_text_gets_a_decision(text: str) -> None:
    assert assessed(text).kind
