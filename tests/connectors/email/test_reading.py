"""From an arrival to the message or report: hints, identity, own mail, and the child that may be killed."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.contract import (
    DeliveryReport,
    InboundMessage,
    Machine,
    RawArrival,
    ReportAction,
    Unreadable,
    Verdict,
)
from connectors.email.authentication import read_authentication
from connectors.email.child import read_in_child
from connectors.email.reading import read, reply_tokens

FOLDER = Path(__file__).parent.parent / "payloads" / "email"
NOW = datetime(2026, 3, 3, 10, 12, tzinfo=UTC)
LETTER = (
    b"Received: from mx1.example.net by mail.example.com; Tue, 3 Mar 2026 10:12:00 +0000\r\n"
    b"From: Donna Fretwell <Donna@Example.org>\r\nTo: casework@example.com\r\nSubject: Damp\r\n"
    b"Date: Tue, 3 Mar 2026 10:11:59 +0000\r\nMessage-ID: <m1@example.org>\r\n\r\nThe damp is back.\r\n"
)


def arrival(raw: bytes, **hints: str) -> RawArrival:
    return RawArrival("email", "casework", "INBOX/1/7", raw, NOW, hints)


def message(raw: bytes, **hints: str) -> InboundMessage:
    answer = read(arrival(raw, **hints))
    assert isinstance(answer, InboundMessage)
    return answer


def test_the_sender_address_is_lower_cased_for_matching() -> None:
    assert message(LETTER).sender.address == "donna@example.org"


def test_two_deliveries_of_one_mail_have_one_content_key() -> None:
    later = LETTER.replace(b"mx1.example.net", b"mx2.example.net").replace(b"10:12:00", b"10:45:07")
    from_a_file = b"X-Trace: 9\n" + LETTER.replace(b"\r\n", b"\n") + b"\n"
    assert message(LETTER).content_key == message(later).content_key == message(from_a_file).content_key


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"damp is back", b"damp is gone"),
        (b"Subject: Damp", b"Subject: Mould"),
        (b"<m1@", b"<m2@"),
        (b"To: casework", b"To: rowan"),
        (b"10:11:59", b"10:11:58"),
    ],
)
def test_different_mails_have_different_content_keys(old: bytes, new: bytes) -> None:
    assert message(LETTER).content_key != message(LETTER.replace(old, new)).content_key


def test_a_mail_without_message_id_is_named_by_its_content() -> None:
    nameless = LETTER.replace(b"Message-ID: <m1@example.org>\r\n", b"")
    found = message(nameless)
    assert found.external_id == f"sha256:{found.content_key}"
    assert "no-message-id" in found.warnings


def test_reply_tokens_are_found_in_every_recipient_header() -> None:
    raw = (
        b"Delivered-To: casework+one@example.com\nX-Original-To: casework+two@example.com\n"
        b"To: Rowan <casework+Three@example.com>, plain@example.com\nCc: casework+one@example.com\n\nx"
    )
    assert set(message(raw).reply_tokens) == {"one", "two", "three"}


@pytest.mark.parametrize("address", ["a@example.com", "a+@example.com", "a+b c@example.com", "@", "+@x", ""])
def test_an_address_without_a_token_gives_none(address: str) -> None:
    assert reply_tokens((address,)) == ()


def test_our_own_mail_is_told_apart() -> None:
    assert message(LETTER, own_addresses="x@example.com donna@example.org").machine is Machine.OWN


def test_what_staff_sent_from_the_sent_folder_is_no_machine_mail() -> None:
    assert message(LETTER, own_addresses="donna@example.org", direction="outbound").machine is None


def test_a_null_envelope_sender_is_a_machine_only_where_the_words_say_so_too() -> None:
    away = LETTER.replace(b"Subject: Damp", b"Subject: Out of office")
    assert message(away, envelope_sender="<>").machine is Machine.AUTO_REPLY
    letter = message(LETTER, envelope_sender="<>")
    assert letter.machine is None, "web forms leave so too"
    assert "perhaps-automatic" in letter.warnings


def test_writers_to_a_list_of_the_office_itself_are_people() -> None:
    raw = b"List-Id: <casework.example.com>\r\nList-Post: <mailto:casework@example.com>\r\n" + LETTER
    assert message(raw).machine is Machine.LIST
    assert message(raw, own_addresses="casework@example.com").machine is None


def test_a_list_that_names_no_posting_address_is_known_by_its_own_name() -> None:
    raw = b"List-Id: Casework <casework.example.com>\r\n" + LETTER.replace(
        b"To: ", b"To: casework@example.com, ", 1
    )
    assert message(raw, own_addresses="casework@example.com").machine is None


def test_who_names_us_beside_a_list_writes_to_us_and_gets_no_automatic_answer() -> None:
    listed = b"List-Id: Quarry Road <quarry.lists.example.net>\r\n"
    both = LETTER.replace(b"To: ", b"To: quarry@lists.example.net, rowan@example.com, ", 1)
    found = message(listed + both, own_addresses="rowan@example.com")
    assert found.machine is None
    assert "perhaps-automatic" in found.warnings
    alone = LETTER.replace(b"To: ", b"To: quarry@lists.example.net, ", 1)
    assert message(listed + alone, own_addresses="rowan@example.com").machine is Machine.LIST


def test_only_the_named_boundary_is_believed() -> None:
    raw = (
        b"Authentication-Results: mail.example.com; dmarc=fail header.from=example.org\r\n"
        b"Authentication-Results: forged.example.net; dmarc=pass header.from=example.org\r\n" + LETTER
    )
    assert message(raw).authentication is Verdict.FAIL
    assert message(raw, authserv_id="Mail.Example.com").authentication is Verdict.FAIL
    assert "dmarc-fail" in message(raw).warnings
    elsewhere = message(raw, authserv_id="other.example.com")
    assert elsewhere.authentication is Verdict.NEUTRAL
    assert "dmarc-fail" not in elsewhere.warnings


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("mx.example.com; dmarc=pass (p=reject) header.from=example.org", Verdict.PASS),
        ("mx.example.com 1; spf=fail; dmarc = FAIL", Verdict.FAIL),
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dmarc=fail action=none", Verdict.FAIL),
        ("mx.example.com; dmarc=none", Verdict.NEUTRAL),
        ("mx.example.com; dmarc=temperror", Verdict.NEUTRAL),
        ("mx.example.com; spf=pass (dmarc=fail)", Verdict.NEUTRAL),
        ("mx.example.com; none", Verdict.NEUTRAL),
        ("", Verdict.NEUTRAL),
        (";;;", Verdict.NEUTRAL),
    ],
)
def test_authentication_results_are_read_tolerantly(value: str, verdict: Verdict) -> None:
    assert read_authentication([value]).dmarc is verdict


def test_without_authentication_results_the_verdict_is_neutral() -> None:
    assert message(LETTER).authentication is Verdict.NEUTRAL


def test_a_letter_by_writetothem_that_fails_dmarc_is_not_believed() -> None:
    raw = (FOLDER / "writetothem.eml").read_bytes()
    failed = message(b"Authentication-Results: mail.example.com; dmarc=fail\n" + raw)
    assert failed.source is None
    assert failed.sender.address == "fyr-bounce-abc123@writetothem.com"
    assert "reply-to-differs" in failed.warnings


def test_a_bounce_is_a_delivery_report_with_the_mail_in_it() -> None:
    answer = read(arrival((FOLDER / "bounce-postfix.eml").read_bytes()))
    assert isinstance(answer, DeliveryReport)
    assert answer.action is ReportAction.FAILED
    assert answer.message.machine is Machine.BOUNCE
    assert "I'm sorry to have to inform you" in answer.message.text


def test_the_child_says_the_same_of_a_mail_with_everything() -> None:
    raw = (FOLDER / "winmail-dat.eml").read_bytes()
    full = arrival(raw, own_addresses="a@example.com", authserv_id="mail.example.com")
    assert read_in_child(full) == read(full)


def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Unreadable, match="longer than"):
        read_in_child(arrival(LETTER), seconds=0.001)


def test_a_child_that_needs_too_much_memory_is_ended() -> None:
    big = LETTER + b"word " * 12_000_000
    with pytest.raises(Unreadable):
        read_in_child(arrival(big), megabytes=20)
    assert read_in_child(arrival(big), megabytes=600) == read(arrival(big))


def test_reading_changes_nothing_in_the_arrival() -> None:
    kept = arrival(LETTER)
    read(kept)
    assert kept == replace(kept, raw=LETTER)


def test_ids_are_handed_on_without_their_brackets() -> None:
    raw = LETTER.replace(
        b"Subject:", b"In-Reply-To: <r1@example.com>\r\nReferences: <r0@example.com>\r\nSubject:"
    )
    found = message(raw)
    assert (found.external_id, found.in_reply_to, found.references) == (
        "m1@example.org",
        ("r1@example.com",),
        ("r0@example.com",),
    )
