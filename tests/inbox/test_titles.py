"""What a case is called where its writer gave it no name, and what a list shows beside that name."""

import pytest

from inbox.titles import first_words, rest_of

STORY = (
    "my landlord has sent bailiffs for friday and i dont know what to do please can somebody ring me today"
)


def test_a_title_of_first_words_is_never_cut_inside_a_word() -> None:
    for most in range(10, 100):
        title = first_words(STORY, most)
        kept = title.removesuffix("…")
        assert len(title) <= most
        assert title.endswith("…")
        assert STORY.startswith(kept)
        assert STORY[len(kept)] == " ", kept


def test_what_is_short_enough_stays_as_it_is() -> None:
    assert first_words("  please\nring me  ") == "please ring me"
    assert first_words("x" * 200, 80) == "x" * 79 + "…", "one word longer than a title is cut all the same"


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        (first_words(STORY), "ring me today"),
        (STORY.partition("please")[0] + "pl", "please can somebody ring me today"),
        (STORY, ""),
        ("Damp in the flat", STORY),
    ],
)
def test_a_list_goes_on_after_the_title_with_a_whole_word(title: str, rest: str) -> None:
    shown = rest_of(STORY, title)
    assert shown.endswith(rest)
    assert not shown or f" {shown}" in f" {STORY}"


def test_the_letters_that_were_cut_off_an_older_title_do_not_stand_alone() -> None:
    assert rest_of("can you ring me", "can you ring m") == "me"
