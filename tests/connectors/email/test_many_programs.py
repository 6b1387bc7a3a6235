"""How many programs mark what is old: what mails in the manner of forty of them taught the reader."""

import pytest

from connectors.email.charsets import decode
from connectors.email.html_text import html_to_text
from connectors.email.quoting import new_text

UNREAD_LANGUAGES = {
    "romanian": "În mar., 3 mar. 2026 la 10:15, Rowan Ashby <casework@example.com> a\nscris:",
    "turkish, name first": "Rowan Ashby <casework@example.com>, 3 Mar 2026 Sal, 10:15\ntarihinde şunu yazdı:",
    "urdu": "بروز منگل، 3 مارچ، 2026 کو 10:15 پر Rowan Ashby <casework@example.com> نے لکھا:",
    "tuta": "3 Mar 2026, 10:15 by casework@example.com:",
}


@pytest.mark.parametrize("attribution", UNREAD_LANGUAGES.values(), ids=UNREAD_LANGUAGES.keys())
def test_a_stamped_line_above_a_marked_quotation_goes_with_it_in_any_language(attribution: str) -> None:
    assert new_text(f"Thanks\n\nDonna\n\n{attribution}\n\n> May we?") == "Thanks\n\nDonna"


def test_a_header_block_in_arabic_begins_the_history() -> None:
    block = "من: Rowan <r@example.com>\nتم الإرسال: 03 مارس 2026\nإلى: Donna\nالموضوع: السكن"
    assert new_text(f"شكرا\n\n{block}\n\nMay we?") == "شكرا"


def test_the_line_by_which_groupwise_parts_the_new_from_the_old_begins_the_history() -> None:
    assert new_text("Yes\n\n>>> Rowan <r@example.com> 03/03/2026 10:15:01 >>>\nMay we?") == "Yes"


def test_a_divider_that_goes_on_with_header_fields_in_its_line_begins_the_history() -> None:
    line = (
        f"----- Forwarded message ----- From: Rowan <r@example.com>To: Donna{' and others' * 12}Sent: Monday"
    )
    assert new_text(f"Please look\n\n{line}\nMay we?") == "Please look"


def test_an_own_line_right_above_an_attribution_is_no_part_of_it() -> None:
    attribution = "On Mon, 2 Mar 2026 at 09:00, Rowan Ashby <casework@example.com> wrote:"
    assert new_text(f"On Tuesday I can\n{attribution}\n> When?") == "On Tuesday I can"
    assert new_text(f"On Monday is fine\n{attribution}\n> When?") == "On Monday is fine"


def test_a_sentence_with_a_year_and_an_address_cuts_nothing() -> None:
    text = "Hello\n\nIn March 2026 I sent this to Rowan <r@example.com>:\n\nthe wall is wet"
    assert new_text(text) == text


def test_a_sentence_below_two_dashes_is_no_signature() -> None:
    text = "One thing.\n--\nPlease ring me before noon.\nDonna"
    assert new_text(text) == text


def test_a_euro_sign_does_not_shake_the_label_that_knows_it() -> None:
    text = "Le café coûte 4 €."
    assert decode(text.encode("iso-8859-15"), "iso-8859-15") == (text, False)


def test_windows_quotes_under_the_label_of_latin_9_are_seen_through() -> None:
    text = "She said “it’s wet”, and it’s cold here."
    assert decode(text.encode("cp1252"), "iso-8859-15")[0] == text


def test_two_dashes_that_a_person_typed_into_html_are_not_the_mark_of_a_signature() -> None:
    assert html_to_text("<p>damp</p><p>--</p><p>rent</p>") == "damp\n\n--\n\nrent"
    assert html_to_text("<p>damp</p><div>-- <br>Donna</div>") == "damp\n\n-- \nDonna"


def test_the_history_inside_a_reply_that_was_passed_on_is_cut_by_its_own_subject() -> None:
    reply = "Yes\n\nFrom: Rowan <r@example.com>\nSent: 2 March 2026\nTo: Donna\nSubject: Damp\n\nMay we?"
    assert new_text(reply, is_reply=True) == "Yes"
    assert new_text(reply, is_reply=False) == reply
