"""What is new in a text: history and signatures go, every line that may be the writer's own stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.quoting import new_text

OWN = "Hello,\n\nthe boiler is broken again.\n\nDonna"

ATTRIBUTIONS = {
    "gmail english": "On Mon, 2 Mar 2026 at 09:00, Rowan Ashby <casework@example.com> wrote:",
    "gmail american": "On Mon, Mar 2, 2026 at 9:00 AM Rowan Ashby <casework@example.com> wrote:",
    "gmail wrapped": "On Mon, 2 Mar 2026 at 09:00, The Casework Team <\ncasework@example.com> wrote:",
    "gmail wrapped verb": "On Mon, 2 Mar 2026 at 09:00, Rowan Ashby <casework@example.com>\nwrote:",
    "apple": "On 2 Mar 2026, at 09:00, Rowan Ashby <casework@example.com> wrote:",
    "apple without address": "On 2 Mar 2026, at 09:00, Rowan Ashby wrote:",
    "yahoo": "On Monday, 2 March 2026 at 09:00:12 GMT, Rowan Ashby <casework@example.com> wrote:",
    "thunderbird": "On 02/03/2026 09:00, Rowan Ashby wrote:",
    "mailto in brackets": "On 2 March 2026 at 09:00, Rowan Ashby [mailto:casework@example.com] wrote:",
    "protonmail": "On Monday, March 2nd, 2026 at 9:00 AM, Rowan Ashby <casework@example.com> wrote:",
    "welsh gmail": "Ar Llun, 2 Maw 2026 am 09:00 Rowan Ashby <casework@example.com>\nysgrifennodd:",
    "welsh apple": "Ar 2 Maw 2026, am 09:00, ysgrifennodd Rowan Ashby <casework@example.com>:",
    "german": "Am Mo., 2. März 2026 um 09:00 Uhr schrieb Rowan Ashby <casework@example.com>:",
    "german thunderbird": "Am 02.03.2026 um 09:00 schrieb Rowan Ashby:",
    "french": "Le lun. 2 mars 2026 à 09:00, Rowan Ashby <casework@example.com> a écrit :",
    "spanish": "El lun, 2 mar 2026 a las 9:00, Rowan Ashby (<casework@example.com>) escribió:",
    "italian": "Il giorno lun 2 mar 2026 alle ore 09:00 Rowan Ashby <casework@example.com> ha scritto:",
    "dutch": "Op ma 2 mrt 2026 om 09:00 schreef Rowan Ashby <casework@example.com>:",
    "portuguese": "Em seg., 2 de mar. de 2026 às 09:00, Rowan Ashby <casework@example.com> escreveu:",
    "polish": "pon., 2 mar 2026 o 09:00 Rowan Ashby <casework@example.com> napisał(a):",
    "swedish": "Den mån 2 mars 2026 kl 09:00 skrev Rowan Ashby <casework@example.com>:",
    "danish": "Den man. 2. mar. 2026 kl. 09.00 skrev Rowan Ashby <casework@example.com>:",
    "norwegian": "man. 2. mars 2026 kl. 09:00 skrev Rowan Ashby <casework@example.com>:",
    "finnish": "ma 2. maalisk. 2026 klo 9.00 Rowan Ashby (casework@example.com) kirjoitti:",
    "czech": "po 2. 3. 2026 v 9:00 odesílatel Rowan Ashby <casework@example.com> napsal:",
    "german name first": "Rowan Ashby <casework@example.com> schrieb am Mo., 2.\nMärz 2026, 09:00:",
    "hungarian": "Rowan Ashby <casework@example.com> ezt írta (időpont: 2026. márc. 2., H 9:00):",
    "russian without a verb": "пн, 2 мар. 2026 г. в 09:00, Rowan Ashby <casework@example.com>:",
    "mail.ru": "Monday, 2 March 2026, 9:00 AM +0000 from Rowan <casework@example.com>:",
    "no colon": "On Mon, 2 Mar 2026 09:00:14 +0000 Rowan Ashby <casework@example.com> wrote",
    "dated address without a verb": "2026-03-02 9:00 GMT+00:00 Rowan Ashby <casework@example.com>:",
}

DIVIDERS = {
    "original message": "-----Original Message-----\nFrom: Rowan Ashby\nSent: Monday",
    "original message spaced": "----- Original Message -----\nFrom: Rowan Ashby",
    "german original": "-----Ursprüngliche Nachricht-----\nVon: Rowan Ashby",
    "french original": "-----Message d'origine-----\nDe : Rowan Ashby",
    "welsh original": "-----Neges Wreiddiol-----\nOddi wrth: Rowan Ashby",
    "gmail forward": "---------- Forwarded message ---------\nFrom: Rowan Ashby\nDate: Mon",
    "apple forward": "Begin forwarded message:\n\nFrom: Rowan Ashby\nSubject: Boiler",
    "outlook block": "From: Rowan Ashby <casework@example.com>\nSent: 02 March\nTo: Donna\nSubject: Boiler",
    "outlook block in bold": "*From:* Rowan\n*Sent:* 02 March\n*To:* Donna\n*Subject:* Boiler",
    "outlook block below a rule": f"{'_' * 32}\nFrom: Rowan\nSent: 02 March\nTo: Donna\nSubject: Boiler",
    "outlook block with gaps": "From: Rowan\n\nSent: 02 March\n\nTo: Donna\n\nSubject: Boiler",
    "welsh block": "Oddi wrth: Rowan Ashby\nAnfonwyd: 02 Mawrth 2026\nAt: Donna\nPwnc: Boeler",
    "german block": "Von: Rowan Ashby\nGesendet: Montag, 2. März 2026\nAn: Donna\nBetreff: Heizung",
    "french block": "De : Rowan Ashby\nEnvoyé : lundi 2 mars 2026\nÀ : Donna\nObjet : Chauffage",
    "spanish block": "De: Rowan Ashby\nEnviado: lunes, 2 de marzo de 2026\nPara: Donna\nAsunto: Caldera",
    "italian block": "Da: Rowan Ashby\nInviato: lunedì 2 marzo 2026\nA: Donna\nOggetto: Caldaia",
    "dutch block": "Van: Rowan Ashby\nVerzonden: maandag 2 maart 2026\nAan: Donna\nOnderwerp: Ketel",
    "old hotmail block": "Date: Mon, 2 Mar 2026\nFrom: rowan@example.com\nTo: donna@example.org",
    "zoho": "---- On Mon, 02 Mar 2026 09:00:50 +0000 rowan@example.com wrote ----",
    "danish samsung": "-------- Oprindelig besked --------\nFra: Rowan Ashby",
    "help desk": "-- Please reply above this line --",
    "help desk, typed": "##- Please type your reply above this line -##",
    "yahoo on a phone": "On Mon, 2 Mar 2026 at 09:00, Rowan Ashby<casework@example.com> wrote:   Dear Donna,",
    "mobile gmail block": "-------- Original message --------\nFrom: Rowan\nDate: 02/03/2026\nTo: Donna",
}

SIGNATURES = [
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from Outlook for iOS",
    "Télécharger Outlook pour iOS<https://aka.example.com/x>",
    "Cael Outlook ar gyfer Android",
    "Get Outlook for Android<https://aka.example.com/x>",
    "Sent from Yahoo Mail on Android",
    "Sent from Mail for Windows",
    "Sent from my iPad",
    "Sent from my Verizon Wireless BlackBerry",
    "Sent from my Galaxy S24 Ultra",
    "Sent via BT Email App",
    "Sent from Yahoo Mail for iPhone",
    "Sent with Proton Mail secure email.",
    "Sent with Proton Mail secure email. [proton.example]",
    "Get Outlook for Android [aka.example.com]",
    "Sent from my BlackBerry 10 smartphone on the EE network.",
    "Anfonwyd o fy iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "-- \nDonna Fretwell\n14 Quarry Rd\n07700 900123",
    "--\nDonna Fretwell",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_a_marked_quotation_below_an_attribution_is_cut(attribution: str) -> None:
    assert new_text(f"{OWN}\n\n{attribution}\n\n> Dear Donna,\n>\n> we have written to them.\n") == OWN


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_an_unmarked_quotation_below_an_attribution_is_cut(attribution: str) -> None:
    assert new_text(f"{OWN}\n\n{attribution}\n\nDear Donna,\n\nwe have written to them.\n") == OWN


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_an_answer_below_the_quotation_is_kept_alone(attribution: str) -> None:
    assert new_text(f"{attribution}\n> Dear Donna,\n>\n> we have written to them.\n\n{OWN}\n") == OWN


@pytest.mark.parametrize("divider", DIVIDERS.values(), ids=DIVIDERS.keys())
def test_history_below_a_divider_is_cut(divider: str) -> None:
    assert new_text(f"{OWN}\n\n{divider}\n\nDear Donna,\n\nwe have written to them.\n") == OWN


@pytest.mark.parametrize("divider", DIVIDERS.values(), ids=DIVIDERS.keys())
def test_a_forward_without_own_words_is_shown_whole(divider: str) -> None:
    forward = f"{divider}\n\nDear Donna,\n\nwe have written to them."
    assert new_text(forward) == forward


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_cut(signature: str) -> None:
    assert new_text(f"{OWN}\n\n{signature}\n") == OWN


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_above_the_history_is_cut_with_it(signature: str) -> None:
    assert new_text(f"{OWN}\n\n{signature}\n\n{ATTRIBUTIONS['apple']}\n\n> Hello\n") == OWN


KEPT = {
    "a story with a date and a verb": "Hello,\n\nOn 3 March 2026 the council wrote:\nNo.\nPlease help.",
    "a story with a time": "Hello,\n\nOn 3 March at 10:30 I rang. Then Mr Budd wrote:\nNo.\nHelp.",
    "a story with an address": "Hello,\n\nOn 3 March I asked repairs@example.net and they wrote:\nNo.",
    "a story across lines": "On Tuesday at 10:30\nI met the officer. Later\nshe wrote:\nNo.\nHelp me please.",
    "a device in a sentence": "Hello\n\nSent from my iPhone and it broke, so please ring me.\nDonna",
    "dashes between thoughts": f"First the damp.\n--\nThen the rent, {'which went up, ' * 5}again.\nHelp.",
    "how a desk asks for answers": "Hello\n\nThey say reply above this line, but I find no line.\nDonna",
    "a postscript below the signature": "Hello\n-- \nDonna\nPS please ring before noon",
    "a letter head": "From: Donna Fretwell\nTo: Rowan Ashby MP\nSubject: Damp\n\nDear Rowan,\nplease help.",
    "a lone from line": "Hello\nFrom: my window I see the mould.\nHelp.",
    "a mailbox-escaped line": "Hello\n>From the start it was wet.\nBye",
    "a list with pipes": "Rents:\n| 2024 | 90 |\n| 2025 | 110 |",
    "lines of dashes": "Hello\n----------\nThe list:\n----------\nend",
    "a device in a request": "Hello\nGet Virgin Mobile to refund me\nDonna",
    "a device in a short sentence": "Sent from my phone three times already\nHelp",
    "a flight": "My flight is\n\nDate: 14 May\nFrom: Lagos\nTo: London\n\nPlease hurry.",
    "a question and a colon": "Hello\nWho wrote: \"We care\"?\nThey did.",
}  # fmt: skip


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
@pytest.mark.parametrize("is_reply", [True, False])
def test_a_writers_own_words_are_kept(text: str, is_reply: bool) -> None:
    assert new_text(text, is_reply=is_reply) == text


def test_an_attribution_without_a_date_cuts_unmarked_lines_only_in_a_reply() -> None:
    text = "Thanks\n\nRowan Ashby <casework@example.com> wrote:\nDear Donna"
    assert new_text(text, is_reply=True) == "Thanks"
    assert new_text(text, is_reply=False) == text


def test_answers_between_quotations_keep_what_they_answer() -> None:
    text = "Hi\n\nOn 2 Mar 2026, at 09:00, Rowan wrote:\n> When?\nIn May.\n> Who?\nJean.\n> Bye\n> Rowan"
    assert new_text(text) == text.removesuffix("\n> Bye\n> Rowan")


def test_a_quotation_between_a_greeting_and_a_goodbye_is_cut() -> None:
    text = f"Yes please.\n\n{ATTRIBUTIONS['thunderbird']}\n> May we write?\n>> May you?\n\nThanks, Donna"
    assert new_text(text) == "Yes please.\n\nThanks, Donna"


def test_own_words_that_lead_into_a_quotation_are_kept() -> None:
    text = "Hello\nHere is what my neighbour wrote:\n> the wall is wet"
    assert new_text(text) == "Hello\nHere is what my neighbour wrote:"


def test_an_attribution_by_name_alone_goes_with_the_quotation_below_it() -> None:
    assert new_text("Thanks\n\nRowan Ashby wrote:\n> Dear Donna") == "Thanks"
    assert new_text("Thanks\n\nRowan Ashby wrote:\nDear Donna") == "Thanks\n\nRowan Ashby wrote:\nDear Donna"


def test_an_address_is_no_word_of_a_story() -> None:
    text = "Thanks\n\nOn 2 Mar 2026, at 09:00, I. Budd <budd@me.example.com> wrote:\nDear Donna"
    assert new_text(text) == "Thanks"


def test_indented_lines_of_a_first_letter_are_the_writers_own() -> None:
    text = "The letter says\n\n> no repair is planned\n> until May"
    assert new_text(text, is_reply=False) == text


def test_a_quotation_alone_is_shown_whole() -> None:
    text = "> Dear Donna\n> we have written"
    assert new_text(text) == text


def test_the_footer_of_a_scanner_below_the_quotation_does_not_keep_it() -> None:
    text = f"{OWN}\n\n{ATTRIBUTIONS['apple']}\n> Hello\n\nVirus-free.www.example.com"
    assert new_text(text) == OWN


LINES = st.sampled_from(
    [
        "", "I am writing about the damp.", "> quoted", ">> twice", "On 3 March", "wrote:",
        "On Mon, 2 Mar 2026 at 09:00, A <a@example.com> wrote:", "From: A <a@example.com>", "Sent: Monday",
        "To: B", "Subject: x", "-- ", "--", "Sent from my iPhone", "-----Original Message-----", "_" * 32,
        "Please help me.",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=30), st.booleans())
def test_new_text_is_made_of_lines_of_the_text_in_their_order(lines: list[str], is_reply: bool) -> None:
    remaining = iter([*(line.rstrip() for line in lines), ""])
    for line in new_text("\n".join(lines), is_reply=is_reply).split("\n"):
        assert any(line.rstrip() == other for other in remaining)


@given(
    st.lists(st.sampled_from(["Please help me.", "", "> quoted", "It rains in."]), min_size=1, max_size=40)
)
def test_without_a_divider_no_own_line_is_lost(lines: list[str]) -> None:
    kept = new_text("\n".join(lines))
    for line in ("Please help me.", "It rains in."):
        assert kept.split("\n").count(line) == lines.count(line)


def test_answers_that_the_writer_says_stand_below_in_a_colour_are_kept_with_what_they_answer() -> None:
    text = (
        "Hello, my answers are in red below.\n\nFrom: Housing <housing@example.org>\n"
        "Sent: 3 November 2026 10:11\nTo: Donna <donna@example.org>\nSubject: Your boiler\n\n"
        "Since when is it broken?\nSince Whitsun, and twice mended.\n"
    )
    assert "Since Whitsun, and twice mended." in new_text(text)


def test_answers_between_marked_lines_below_a_header_block_are_kept() -> None:
    text = (
        "-----Original Message-----\nFrom: Housing <housing@example.org>\nSent: 3 November 2026 10:11\n"
        "To: Donna <donna@example.org>\nSubject: Your boiler\n> Since when is it broken?\nSince Whitsun.\n"
        "> Who looked at it?\nNobody.\n"
    )
    kept = new_text(text)
    assert "Since Whitsun." in kept and "Nobody." in kept


def test_two_dashes_between_somebody_s_own_lines_are_no_signature() -> None:
    poem = "the bell is mended\n-- \nand the tongue that rang\n-- \nis still"
    assert new_text(poem) == poem


def test_in_a_fresh_mail_nothing_is_history() -> None:
    text = (
        "They sent me this:\n\nFrom: the depot\nTo: me\nSubject: they say that the bins are full\n\nWhat now?"
    )
    assert new_text(text, is_reply=False) == text
