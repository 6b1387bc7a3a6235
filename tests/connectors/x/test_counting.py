"""How long X finds a text."""

import pytest

from connectors.x.counting import answer_weight, links, weight


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Diolch yn fawr", 14),
        ("caf\u00e9", 4),
        ("cafe\u0301", 4),
        ("Tŷ Gwydr, Llanfair…", 20),
        ("“quoted” – and —", 16),
        ("日本語", 6),
        ("한글", 4),
        ("😀", 2),
        ("👍🏽", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", 2),
        ("🇬🇧🇮🇪", 4),
        ("1️⃣", 2),
        ("❤️", 2),
        ("☎", 2),
        ("©", 2),
        ("©️", 2),
        ("€5", 3),
    ],
)
def test_characters_weigh_what_x_says_they_weigh(text: str, length: int) -> None:
    assert weight(text) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://www.gov.uk/a/very/long/address/that/goes/on/and/on", 23),
        ("http://a.co", 23),
        ("See https://example.org/a_(b), please.", 4 + 23 + 9),
        ("(https://example.org/a)", 1 + 23 + 1),
        ("gov.uk", 23),
        ("www.gov.uk/appeal", 23),
        ("write to ashby@parliament.uk", 28),
        ("e.g. this", 9),
        ("3.14 metres", 11),
        ("example.vote", 23),
        ("test.photography", 23),
        ("law.legal", 23),
        ("jersey.je", 23),
        ("it.is fine.to go", 23 + 1 + 23 + 3),
        ("ends.Therefore", 14),
        ("notes.txt/https://a.org", 10 + 23),
        ("Wales.Then", 10),
        ("two https://a.org https://b.org", 4 + 23 + 1 + 23),
        ("日本https://a.orgです", 4 + 23 + 4),
    ],
)
def test_every_link_counts_twenty_three(text: str, length: int) -> None:
    assert weight(text) == length


def test_the_longest_posts_fit_and_one_more_character_does_not() -> None:
    assert weight("a" * 280) == 280
    assert weight("語" * 140) == 280
    assert weight("語" * 140 + "a") == 281


def test_the_names_an_answer_begins_with_do_not_count() -> None:
    assert answer_weight("@wyn @donna_99 thank you") == 9
    assert answer_weight("thank you @wyn") == 14


def test_a_text_with_many_dots_is_counted_at_once() -> None:
    assert weight("a." * 5000) > 0
    assert weight("((((" * 2000 + "https://a.org/" + ")" * 5000) > 0


def test_links_are_found_for_the_price_of_a_post() -> None:
    assert links("no link here") == []
    assert len(links("see gov.uk/help")) == 1
