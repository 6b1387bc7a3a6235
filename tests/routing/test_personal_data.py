"""Who can be known or reached by a text is taken out of it, and comes back only where it stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.personal_data import hide, hide_made_up, put_back, reusable

NAMES = ["Donna Fretwell", "Rowan Ashby"]
REFERENCE = "WEX-7K4M-2P"
LETTER = (
    "Dear Mr Ashby,\n\nI am Donna Fretwell of 14 Quarry Road, ZZ10 4AB. My son Jayden cannot breathe. Dr "
    "Patel at Marl Medical wrote on 3 May. Ring 07700 900456 or write to donna.f@example.org (your "
    "WEX-7K4M-2P). My NI number is AB 12 34 56 C and my account is 12345678. Universal Credit was "
    "stopped.\n\nYours sincerely\nDonna Fretwell"
)


@pytest.mark.parametrize(
    "private",
    ["Donna", "Fretwell", "Ashby", "Quarry", "ZZ10", "4AB", "Jayden", "Patel", "Marl Medical", "07700",
     "900456", "donna.f", "example.org", "7K4M", "34 56", "12345678"],
)  # fmt: skip
def test_whoever_can_be_known_or_reached_is_taken_out(private: str) -> None:
    assert private.lower() not in hide(LETTER, NAMES, [REFERENCE]).text.lower()


def test_the_matter_stays() -> None:
    hidden = hide(LETTER, NAMES, [REFERENCE]).text
    assert "Universal Credit was stopped" in hidden
    assert "cannot breathe" in hidden


def test_what_was_taken_out_comes_back_where_it_stood() -> None:
    hidden = hide(LETTER, NAMES, [REFERENCE])
    assert put_back(hidden.text, hidden.values) == LETTER


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("hiya its donna fretwell again, no heating", "donna"),
        ("my husband called jerzy is in hospital", "jerzy"),
        ("my name is oluwaseun, i live at 9 weir lane", "oluwaseun"),
        ("my name is oluwaseun, i live at 9 weir lane", "weir"),
        ("flat 3b, 22 Mill Street is damp", "mill"),
        ("tell cllr Okonkwo", "okonkwo"),
        ("Fy enw i yw Gwenno Rees", "gwenno"),
        ("see www.facebook.com/donna.fret", "donna.fret"),
        ("@donna_f on here", "donna_f"),
        ("case number 4417/22/AB", "4417"),
        ("Zoë Ŵyn came too", "ŵyn"),
        ("my postcode is zz104ab", "zz104ab"),
    ],
)
def test_messages_as_people_write_them_are_cleared_too(text: str, private: str) -> None:
    assert private not in hide(text, NAMES, []).text.lower()


def test_the_same_person_is_the_same_place_throughout() -> None:
    assert hide("Jamie Vale came. We told Jamie Vale.").text == "[name 1] came. We told [name 1]."


def test_a_place_that_was_never_given_out_stays_a_gap() -> None:
    assert put_back("Dear [name 1] and [name 7], by [date]", {"[name 1]": "Donna"}) == (
        "Dear Donna and [name 7], by [date]"
    )


def test_brackets_of_the_letter_s_own_are_no_places() -> None:
    hidden = hide("Ask [name 1] about {{signature}}. I am Donna Fretwell.", NAMES)
    assert put_back(hidden.text, hidden.values).startswith("Ask (name 1) about ((signature)).")


def test_what_a_machine_makes_up_is_a_gap() -> None:
    made_up = "Pay at http://evil.example.com/x or mail pay@evil.example, ring 07700 900999, [name 1]."
    assert hide_made_up(made_up) == "Pay at [link] or mail [email], ring [phone], [name 1]."


def test_an_answer_can_be_used_again_without_its_person() -> None:
    answer = (
        "Dear Donna,\n\nWe wrote to Marl Homes on 3 May 2026 about £1,140. They must answer by 9 June.\n\nIf "
        "the mould comes back, keep photographs and tell us about WEX-7K4M-2P.\n\nYours sincerely\nPriya Nair"
    )
    assert reusable(answer, [*NAMES, "Priya Nair"], [REFERENCE]) == (
        "We wrote to [name] on [date] about [amount]. They must answer by [date].\n\nIf the mould comes "
        "back, keep photographs and tell us about [reference]."
    )


@pytest.mark.parametrize("text", ["", "Dear Donna,", "\u200b", "a" * 100_000, "[" * 5000, "Aa " * 30_000])
def test_any_text_is_answered(text: str) -> None:
    assert isinstance(hide(text, NAMES).text, str)
    assert isinstance(reusable(text, NAMES), str)


@given(st.text(max_size=300))
def test_hiding_and_putting_back_gives_the_text_without_its_brackets(text: str) -> None:
    hidden = hide(text, NAMES)
    plain = text.replace("[", "(").replace("]", ")").replace("{{", "((").replace("}}", "))")
    assert put_back(hidden.text, hidden.values).split() == plain.split()
