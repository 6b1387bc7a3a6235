"""Bytes on the SMTP wire: whatever a message holds, one message arrives as one message, unchanged."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.smtp import SmtpSender
from connectors.email.smtp_text import canonical, stuffed
from tests.connectors.mail import an_outbound, smtp_settings
from tests.rigs.smtp_sink import SmtpSink

PIECES = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b".", b"..", b"a", b"MAIL FROM:<x@example.net>", b"\xc3\xa2", b"\0"]
)
BODIES = st.lists(PIECES, max_size=40).map(b"".join)


def taken_apart(wire: bytes) -> list[bytes]:
    """What a receiver by the book (RFC 5321, 4.1.1.4) makes of the bytes after DATA."""
    messages, lines = list[bytes](), list[bytes]()
    for line in wire.split(b"\r\n"):
        if line == b".":
            messages.append(b"".join(each + b"\r\n" for each in lines))
            lines = []
        else:
            lines.append(line.removeprefix(b"."))
    return messages


@given(BODIES)
def test_a_receiver_by_the_book_gets_one_message_with_the_same_lines(body: bytes) -> None:
    wire = stuffed(canonical(body)) + b".\r\n"
    assert taken_apart(wire) == [canonical(body)]


@given(BODIES)
def test_no_receiver_however_sloppy_finds_an_end_inside(body: bytes) -> None:
    wire = stuffed(canonical(body))
    assert re.search(rb"(?:^|\r\n|\r|\n)\.(?:\r\n|\r|\n|$)", wire) is None
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", wire) is None


@given(BODIES)
def test_canonical_text_stays_as_it_is(body: bytes) -> None:
    assert canonical(canonical(body)) == canonical(body)


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\r\n.\r\n", b"\n.\r"]
)
def test_no_line_end_trick_smuggles_a_second_message(smtp_sink: SmtpSink, end: bytes) -> None:
    smuggled = b"MAIL FROM:<evil@example.net>\r\nRCPT TO:<wyn@example.net>\r\nDATA\r\nSubject: two\r\n\r\nboo"
    raw = b"Subject: one\r\n\r\nhello" + end + smuggled + end
    SmtpSender(smtp_settings(smtp_sink)).send(an_outbound(raw=raw), committing=lambda: None)
    assert [each.raw for each in smtp_sink.messages] == [canonical(raw)]
