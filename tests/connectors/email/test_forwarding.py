"""Mail that somebody trusted passes on, in the shapes of the common programs; from nobody else."""

from datetime import UTC, datetime

import pytest

from connectors.contract import Handle, InboundMessage, Machine, PermanentFailure, RawArrival, Verdict
from connectors.email.reading import read
from connectors.forwarders import is_trusted, patterns_of

NOW = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
TRUSTED = "rowan@private.example, *@rowanashby.example"
WORDS = "There is black mould in the bedroom.\n\nMarl Homes does not answer.\n\nDonna"
GMAIL = f"""Priya, can you look at this today?

---------- Forwarded message ---------
From: Donna Fretwell <Donna@example.org>
Date: Mon, 1 Jun 2026 at 21:10
Subject: Damp at 14 Quarry Road
To: <rowan@private.example>


{WORDS}
"""
OUTLOOK = f"""Priya, can you look at this today?

Rowan

________________________________
From: Donna Fretwell <donna@example.org>
Sent: 01 June 2026 21:10
To: Rowan Ashby <rowan@private.example>; Somebody Else
 <else@example.org>
Cc: Council <council@example.org>
Subject: Damp at 14 Quarry Road

{WORDS}
"""
OLD_OUTLOOK = f"""Priya, can you look at this today?

-----Original Message-----
From: Donna Fretwell [mailto:donna@example.org]
Sent: 01 June 2026 21:10
To: rowan@private.example
Subject: Damp at 14 Quarry Road

{WORDS}
"""
APPLE = "Priya, can you look at this today?\n\nBegin forwarded message:\n\n" + "\n".join(
    f"> {line}".rstrip()
    for line in f"""From: Donna Fretwell <donna@example.org>
Subject: Damp at 14 Quarry Road
Date: 1 June 2026 at 21:10:00 BST
To: rowan@private.example

{WORDS}""".split("\n")
)
IPHONE = f"""Priya, can you look at this today?

Sent from my iPhone

Begin forwarded message:

From: Donna Fretwell <donna@example.org>
Date: 1 June 2026 at 21:10:00 BST
To: rowan@private.example
Subject: Damp at 14 Quarry Road

{WORDS}
"""
THUNDERBIRD = f"""Priya, can you look at this today?

-------- Forwarded Message --------
Subject: \tDamp at 14 Quarry Road
Date: \tMon, 1 Jun 2026 21:10:00 +0100
From: \tDonna Fretwell <donna@example.org>
To: \trowan@private.example

{WORDS}
"""
YAHOO = f"""Priya, can you look at this today?

   ----- Forwarded message -----
From: Donna Fretwell <donna@example.org>
To: "rowan@private.example" <rowan@private.example>
Sent: Monday, 1 June 2026 at 21:10:00 BST
Subject: Damp at 14 Quarry Road

{WORDS}
"""
WELSH = f"""Priya, can you look at this today?

________________________________
Oddi wrth: Donna Fretwell <donna@example.org>
Anfonwyd: 01 Mehefin 2026 21:10
At: rowan@private.example
Pwnc: Damp at 14 Quarry Road

{WORDS}
"""
SHAPES = {
    "gmail": GMAIL, "outlook": OUTLOOK, "old-outlook": OLD_OUTLOOK, "apple": APPLE, "iphone": IPHONE,
    "thunderbird": THUNDERBIRD, "yahoo": YAHOO, "welsh": WELSH,
}  # fmt: skip


def a_forward(
    text: str, *, sender: str = "Rowan Ashby <rowan@private.example>", subject: str = "Fwd: Damp",
    head: str = "",
) -> bytes:  # fmt: skip
    lines = [
        f"{head}From: {sender}", "To: casework@example.com", f"Subject: {subject}",
        "Message-ID: <f1@private.example>", "In-Reply-To: <m1@example.org>", "References: <m1@example.org>",
        "Content-Type: text/plain; charset=utf-8", "", text,
    ]  # fmt: skip
    return "\r\n".join("\n".join(lines).splitlines()).encode()


def attached(text: str, inner: str) -> bytes:
    body = (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"{inner}\r\n--b--\r\n"
    )
    return (
        "From: Rowan Ashby <rowan@private.example>\r\nTo: casework@example.com\r\nSubject: FW: Damp\r\n"
        "Message-ID: <f2@private.example>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="b"\r\n\r\n{body}'
    ).encode()


INNER = (
    "From: Donna Fretwell <donna@example.org>\r\nTo: rowan@private.example\r\nSubject: Damp at 14 Quarry Road"
    "\r\nDate: Mon, 1 Jun 2026 21:10:00 +0100\r\nMessage-ID: <m1@example.org>\r\n"
    "References: <old@example.com>\r\n\r\n"
    "There is black mould in the bedroom.\r\n\r\nMarl Homes does not answer.\r\n\r\nDonna\r\n"
)


def told(raw: bytes, trusted: str = TRUSTED, **hints: str) -> InboundMessage:
    given = {"forwarders": trusted, "own_addresses": "casework@example.com"} | hints
    answer = read(RawArrival("email", "casework", "INBOX/1/7", raw, NOW, given))
    assert isinstance(answer, InboundMessage)
    return answer


@pytest.mark.parametrize("shape", SHAPES)
def test_the_person_inside_becomes_the_sender(shape: str) -> None:
    found = told(a_forward(SHAPES[shape], subject="FW: Damp"))
    assert found.sender == Handle("Donna Fretwell", "donna@example.org")
    assert (found.subject, found.new_text) == ("Damp at 14 Quarry Road", WORDS)
    assert found.forwarded_by == "rowan@private.example"
    assert "Priya, can you look at this today?" in found.told["remark"]
    assert "mould" not in found.told["remark"] and "Forwarded" not in found.told["remark"]
    assert "Priya" in found.text, "nothing is hidden: the whole mail stays to be read"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_forward_from_nobody_on_the_list_stays_as_it_is(shape: str) -> None:
    raw = a_forward(SHAPES[shape], sender="Rowan Ashby <rowan@elsewhere.example>")
    found = told(raw)
    assert found.sender.address == "rowan@elsewhere.example"
    assert found == told(raw, trusted="")
    assert (found.forwarded_by, found.in_reply_to) == (None, ("m1@example.org",))


def test_it_answers_nothing_and_nothing_vouches_for_it() -> None:
    head = "Authentication-Results: mx.example.com; dmarc=pass header.from=private.example\n"
    found = told(a_forward(GMAIL, head=head), authserv_id="mx.example.com")
    assert (found.in_reply_to, found.references, found.reply_tokens, found.reply_to) == ((), (), (), ())
    assert (found.authentication, found.warnings) == (Verdict.NEUTRAL, ("forwarded",))


def test_a_mail_that_its_domain_disowns_is_nobodys_forward() -> None:
    head = "Authentication-Results: mx.example.com; dmarc=fail header.from=private.example\n"
    found = told(a_forward(GMAIL, head=head), authserv_id="mx.example.com")
    assert (found.sender.address, found.authentication) == ("rowan@private.example", Verdict.FAIL)


def test_a_mail_attached_whole_is_read_with_its_files() -> None:
    found = told(attached("Priya, can you look at this today?", INNER))
    assert found.sender == Handle("Donna Fretwell", "donna@example.org")
    assert (found.subject, found.new_text) == ("Damp at 14 Quarry Road", WORDS)
    assert found.sent_at == datetime(2026, 6, 1, 20, 10, tzinfo=UTC)
    assert (found.references, found.told["remark"]) == ((), "Priya, can you look at this today?")


def test_a_mail_attached_without_a_word_has_no_remark() -> None:
    found = told(attached("", INNER))
    assert (found.sender.address, found.told["remark"]) == ("donna@example.org", "")


def test_several_attached_mails_wait_for_a_person() -> None:
    twice = f"{INNER}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{INNER.replace('Donna', 'Nia')}"
    assert told(attached("Two for you", twice)).sender.address == "rowan@private.example"


@pytest.mark.parametrize(
    "text",
    [
        "Just to say that I am away on Friday.",
        f"Thank you.\n\nOn Mon, 1 Jun 2026 at 21:10, Donna Fretwell <donna@example.org> wrote:\n> {WORDS}",
        "---------- Forwarded message ---------\nno lines that say who wrote it",
        "---------- Forwarded message ---------\nFrom: Donna <d@example.org>\nDate: today\nSubject: x\n\n",
    ],
)
def test_what_is_no_forward_is_the_forwarders_own(text: str) -> None:
    assert told(a_forward(text, subject="Re: Damp")).sender.address == "rowan@private.example"


def test_an_answer_with_history_below_it_is_no_forward() -> None:
    found = told(a_forward(OUTLOOK, subject="RE: Damp"))
    assert (found.sender.address, found.forwarded_by) == ("rowan@private.example", None)


def test_our_own_mail_passed_on_stays_the_forwarders() -> None:
    ours = GMAIL.replace("Donna@example.org", "casework@example.com")
    theirs = GMAIL.replace("Donna@example.org", "rowan@private.example")
    for text in (ours, theirs):
        assert told(a_forward(text)).sender.address == "rowan@private.example"


def test_a_machine_passes_nothing_on() -> None:
    found = told(a_forward(GMAIL, head="Auto-Submitted: auto-replied\n"))
    assert (found.machine, found.sender.address) == (Machine.AUTO_REPLY, "rowan@private.example")


def test_a_person_without_an_address_is_not_given_one() -> None:
    found = told(a_forward(OUTLOOK.replace(" <donna@example.org>", "")))
    assert found.sender == Handle("Donna Fretwell", "")


@pytest.mark.parametrize(
    ("words", "address", "is_on_it"),
    [
        (TRUSTED, "ROWAN@private.example", True), (TRUSTED, "tom@rowanashby.example", True),
        (TRUSTED, "tom@private.example", False), (TRUSTED, "tom@mail.rowanashby.example", False),
        (TRUSTED, "tom@evilrowanashby.example", False), (TRUSTED, "rowan@private.example.evil", False),
        ("", "rowan@private.example", False), (TRUSTED, "", False), (TRUSTED, "*", False),
    ],
)  # fmt: skip
def test_the_list_takes_addresses_and_whole_domains(words: str, address: str, is_on_it: bool) -> None:
    assert is_trusted(words, address) is is_on_it


@pytest.mark.parametrize("words", ["*", "*@*", "rowan", "*@example", "a*@example.org", "a@b@example.org"])
def test_a_list_that_would_trust_everybody_is_refused(words: str) -> None:
    with pytest.raises(PermanentFailure, match="forwarders"):
        patterns_of(words)


def test_a_list_is_written_as_people_write_lists() -> None:
    assert patterns_of("A@b.example;\n *@c.example ,a@b.example") == ("a@b.example", "*@c.example")
