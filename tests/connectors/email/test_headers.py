"""Header fields as programs really write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from connectors.email.addresses import are_related, domain, read_addresses
from connectors.email.headers import decode_words, identifiers, parameters, read_date, read_headers

ADDRESSES = {
    "donna@example.org": [("", "donna@example.org")],
    "<donna@example.org>": [("", "donna@example.org")],
    "Donna Fretwell <donna@example.org>": [("Donna Fretwell", "donna@example.org")],
    '"Fretwell, Donna" <donna@example.org>': [("Fretwell, Donna", "donna@example.org")],
    "Fretwell, Donna <donna@example.org>": [("Fretwell, Donna", "donna@example.org")],
    "'Donna' <donna@example.org>": [("Donna", "donna@example.org")],
    "donna@example.org (Donna Fretwell)": [("Donna Fretwell", "donna@example.org")],
    '"Donna \\"Dee\\" Fretwell" <donna@example.org>': [('Donna "Dee" Fretwell', "donna@example.org")],
    "=?utf-8?q?Si=C3=A2n?= Evans <sian@example.org>": [("Siân Evans", "sian@example.org")],
    '"=?utf-8?q?Si=C3=A2n?=" <sian@example.org>': [("Siân", "sian@example.org")],
    "a@example.org, b@example.org": [("", "a@example.org"), ("", "b@example.org")],
    "A <a@example.org>; B <b@example.org>": [("A", "a@example.org"), ("B", "b@example.org")],
    "Team: a@example.org, B <b@example.org>;": [("", "a@example.org"), ("B", "b@example.org")],
    "undisclosed-recipients:;": [],
    "Donna <donna @ example.org>": [("Donna", "donna@example.org")],
    "Donna <donna@example.org": [("Donna", "donna@example.org")],
    "<mailto:donna@example.org>": [("", "donna@example.org")],
    "Donna Fretwell": [("Donna Fretwell", "")],
    "Siân <siân@example.org>": [("Siân", "siân@example.org")],
    "": [],
    ",,;": [],
    "<>": [],
}


@pytest.mark.parametrize("written", ADDRESSES)
def test_addresses_are_read_as_people_mean_them(written: str) -> None:
    assert [(handle.name, handle.address) for handle in read_addresses(written)] == ADDRESSES[written]


def test_domains_are_related_up_and_down_but_not_sideways() -> None:
    assert domain("Donna@Mail.Example.org") == "mail.example.org"
    assert are_related("mail.example.org", "example.org")
    assert are_related("example.org", "mail.example.org")
    assert not are_related("badexample.org", "example.org")


PARAMETERS = {
    'text/plain; charset="utf-8"': {"charset": "utf-8"},
    "text/plain; charset=utf-8; charset=ascii": {"charset": "utf-8"},
    "text/plain;charset = utf-8 ; format=flowed": {"charset": "utf-8", "format": "flowed"},
    "a; filename=My letter.pdf": {"filename": "My letter.pdf"},
    'a; filename="semi;colon.pdf"': {"filename": "semi;colon.pdf"},
    'a; filename="quo\\"te.pdf"': {"filename": 'quo"te.pdf'},
    'a; filename="open.pdf': {"filename": "open.pdf"},
    "a; filename*=utf-8'cy'Si%C3%A2n.pdf": {"filename": "Siân.pdf"},
    "a; filename*=iso-8859-1''caf%E9.pdf": {"filename": "café.pdf"},
    "a; filename*0=one; filename*1=two": {"filename": "onetwo"},
    "a; filename*1=two; filename*0=one": {"filename": "onetwo"},
    "a; filename*0*=utf-8''%C3; filename*1*=%A9.pdf": {"filename": "é.pdf"},
    "a; filename=plain.pdf; filename*=utf-8''b%C3%A9st.pdf": {"filename": "bést.pdf"},
    'a; name="=?utf-8?q?caf=C3=A9?="': {"name": "café"},
    "a; filename*=nothing": {"filename": "nothing"},
    "text/plain": {},
    ";;;=;": {},
}


@pytest.mark.parametrize("written", PARAMETERS)
def test_parameters_are_read_in_every_form(written: str) -> None:
    assert parameters(written) == PARAMETERS[written]


WORDS = {
    "=?utf-8?q?a?= =?utf-8?q?b?=": "ab",
    "=?utf-8?q?a?= b =?utf-8?q?c?=": "a b c",
    "x=?utf-8?q?a?=y": "xay",
    "=?utf-8?B?w6k=?=": "é",
    "=?utf-8?B?w6k?=": "é",
    "=?utf-8?Q?no_end": "no end",
    "=?utf-8*cy?q?Si=C3=A2n?=": "Siân",
    "=?windows-1252?q?it=92s?=": "it’s",
    "=?x-nothing?q?caf=C3=A9?=": "café",
    "=?utf-8?q?=C3?= =?utf-8?q?=A9?=": "é",
    "=?utf-8?z?what?=": "=?utf-8?z?what?=",
    "a =? b ?= c": "a =? b ?= c",
    "two\tparts": "two\tparts",
}


@pytest.mark.parametrize("written", WORDS)
def test_encoded_words_are_decoded_and_malformed_ones_stay(written: str) -> None:
    assert decode_words(written) == WORDS[written]


IDENTIFIERS = {
    "<a@b.example>": ("<a@b.example>",),
    "<a@b.example> <c@d.example>": ("<a@b.example>", "<c@d.example>"),
    "<a@b.example>,<c@d.example>": ("<a@b.example>", "<c@d.example>"),
    "<a@b.example><a@b.example>": ("<a@b.example>",),
    "a@b.example": ("<a@b.example>",),
    "<a@ b.example>": ("<a@b.example>",),
    'Your message of Monday <a@b.example> "x"': ("<a@b.example>",),
    "Monday": (),
    "<>": (),
    "": (),
}


@pytest.mark.parametrize("written", IDENTIFIERS)
def test_message_ids_are_found_in_what_programs_write(written: str) -> None:
    assert identifiers(written) == IDENTIFIERS[written]


DATES = {
    "Tue, 3 Mar 2026 10:11:59 +0000": datetime(2026, 3, 3, 10, 11, 59, tzinfo=UTC),
    "3 Mar 2026 10:11 +0100": datetime(2026, 3, 3, 10, 11, tzinfo=timezone(timedelta(hours=1))),
    "Tue, 03 Mar 26 10:11:59 GMT": datetime(2026, 3, 3, 10, 11, 59, tzinfo=UTC),
    "Tue, 3 Mar 2026 10:11:59 +0000 (Greenwich Mean Time)": datetime(2026, 3, 3, 10, 11, 59, tzinfo=UTC),
    "2026-03-03T10:11:59+00:00": datetime(2026, 3, 3, 10, 11, 59, tzinfo=UTC),
    "Tue, 3 Mar 2026 10:11:59": datetime(2026, 3, 3, 10, 11, 59, tzinfo=UTC),
    "Tue, 33 Mar 2026 10:11:59 +0000": None,
    "yesterday": None,
    "": None,
    "9" * 5000: None,
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_is_aware_or_missing(written: str) -> None:
    assert read_date(written) == DATES[written]


def test_a_line_that_is_no_field_begins_the_body() -> None:
    raw = b"Subject: Damp\nno field at all\n\nmore"
    headers, body = read_headers(raw, 0)
    assert headers.text("subject") == "Damp"
    assert raw[body:].startswith(b"no field at all")


def test_folded_fields_are_one_line() -> None:
    headers, _ = read_headers(b"Subject: Damp\r\n again\r\n\tand again\r\nTo: x\r\n\r\nbody", 0)
    assert headers.text("subject") == "Damp again and again"
