"""Programs' mail is told from people's; doubt falls on the side of a person."""

import pytest

from connectors.contract import Machine, ReportAction
from connectors.email.mime import Mail, read_mail

PERSON = "Donna Fretwell <donna@example.org>"


def mail(sender: str, subject: str, text: str, *headers: str) -> Mail:
    head = [f"From: {sender}", "To: casework@example.com", f"Subject: {subject}", *headers]
    return read_mail("\n".join([*head, "", text]).encode())


BOUNCES = {
    "sendmail": (
        "MAILER-DAEMON@mx.example.net",
        "Returned mail: see transcript for details",
        "  ----- The following addresses had permanent fatal errors -----\n<jean@example.org>\n 550 no user",
    ),
    "domino": (
        "postmaster@example.net",
        "DELIVERY FAILURE: User jean (jean@example.org) not listed in Directory",
        "Your message\n\n  Subject: Hello\n\nwas not delivered to:\n\n  jean@example.org\n",
    ),
    "exim with a daemon's name": (
        "GMX Mailer Daemon <MAILER-DAEMON@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\n  jean@example.org\n",
    ),
    "a webmail provider": (
        "Mail Delivery Subsystem <mailer-daemon@mx.example.net>",
        "Delivery Status Notification (Failure)",
        "Delivery to the following recipient failed permanently:\n\n     jean@example.org\n",
    ),
    "a phone company": (
        "Mail Administrator <Postmaster@mx.example.net>",
        "Mail System Error - Returned Mail",
        "The user(s) account is disabled.\n\n<jean@example.org>: 550 user unknown\n",
    ),
    "no subject that says so": (
        "MAILER-DAEMON@mx.example.net",
        "Hello again",
        "The mailbox for jean@example.org is full. 552 5.2.2 over quota",
    ),
    "german": (
        "Postmaster <postmaster@mx.example.net>",
        "Unzustellbar: Hallo",
        "Ihre Nachricht an jean@example.org hat den Empfänger nicht erreicht.",
    ),
    "the null sender in From": (
        "<>",
        "Delivery failure (jean@example.org)",
        "Your message cannot be delivered to the following recipients: jean@example.org",
    ),
    "an unattended address": (
        "no-reply@mail.example.net",
        "Delivery Status Notification (Failure)",
        "An error occurred while trying to deliver the mail to the following recipients:\njean@example.org",
    ),
    "the null sender under a name of its own": (
        "Gateway <gateway@mx.example.net>",
        "Your mail was blocked: undeliverable",
        "jean@example.org refused it: 550 5.7.1 policy",
        "Return-Path: <>",
    ),
    "a sending service that marks its notice": (
        "Support <support@sender.example.net>",
        "Bounce: your letter",
        "A message bounced: unable to deliver, 550 5.1.1\nTo: jean@example.org\nMessage-ID: <a@b.example>",
        "Auto-Submitted: auto-generated",
    ),
    "an address of no known kind": (
        "delivery-robot@mx.example.net",
        "Undelivered Mail Returned to Sender",
        (
            "This is the mail system at host mx.example.net.\n\n<jean@example.org>: 550 5.1.1 unknown\n\n"
            "Message-ID: <our.9@casework.example.com>"
        ),
    ),
}


@pytest.mark.parametrize("name", BOUNCES)
def test_a_bounce_that_follows_no_standard_is_found_with_its_recipient(name: str) -> None:
    found = mail(*BOUNCES[name])
    assert found.machine is Machine.BOUNCE
    assert found.report is not None
    assert found.report.action is ReportAction.FAILED
    assert found.report.recipient == "jean@example.org"
    assert found.report.reason


def test_a_report_without_rows_names_everybody_it_failed_to_reach() -> None:
    text = (
        "Hi. This is the qmail-send program at mx.example.net.\n\n"
        "<jean@example.org>:\nNo mailbox here by that name.\n\n"
        "<carer@example.org>:\nIt is over quota.\n\n"
        "--- Below this line is a copy of the message.\n\nTo: <jean@example.org>,\n\t<other@example.org>\n"
    )
    report = mail("MAILER-DAEMON@mx.example.net", "failure notice", text).report
    assert report is not None
    assert (report.recipient, report.reason) == ("jean@example.org", "No mailbox here by that name.")
    assert report.others == (("carer@example.org", "It is over quota."),)


def test_who_is_named_by_half_an_address_is_found_in_the_mail_that_came_back() -> None:
    raw = (
        b"From: Mail System <postmaster@mx.example.net>\nTo: casework@example.com\n"
        b"Subject: Message status - undeliverable\nContent-Type: multipart/mixed; boundary=x\n\n"
        b"--x\n\nThe message was undeliverable to: jean (user not found)\n"
        b"--x\nContent-Type: message/rfc822\n\n"
        b"Message-ID: <a@example.com>\nTo: Jean <jean@example.org>\n\nHello\n--x--\n"
    )
    report = read_mail(raw).report
    assert report is not None
    assert report.recipient == "jean@example.org"


def test_rows_name_everybody_who_fared_worst_as_we_wrote_to_them() -> None:
    rows = (
        "Original-Recipient: rfc822;jean@example.org\nFinal-Recipient: rfc822;moved@example.net\n"
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 nobody here\n\n"
        "Final-Recipient: rfc822;carer@example.org\nAction: failed\nStatus: 5.2.2\n"
        "Diagnostic-Code: smtp; 552 5.2.2 full\n\n"
        "Final-Recipient: rfc822;other@example.org\nAction: relayed\nStatus: 2.0.0\n"
    )
    raw = (
        "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n\nSorry.\n"
        f"--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{rows}\n--x--\n"
    )
    report = read_mail(raw.encode()).report
    assert report is not None
    assert (report.recipient, report.reason) == ("jean@example.org", "550 5.1.1 nobody here")
    assert report.others == (("carer@example.org", "552 5.2.2 full"),)


PEOPLE = {
    "a parcel": (
        PERSON,
        "Undelivered parcel",
        "It could not be delivered and was returned to sender. 550 High St",
    ),
    "a notice": (PERSON, "Failure notice from the council", "My application was rejected."),
    "a tracking page": (PERSON, "Delivery Status", "It says delivery has failed, where is my passport?"),
    "a bounce retold": (
        PERSON,
        "Undeliverable: my letter",
        "I got this: Your message could not be delivered. 550",
    ),
    "a bounce pasted below own words": (
        PERSON,
        "Mail delivery failed: returning message to sender",
        (
            "I keep getting these:\n\n"
            "This message was created automatically by mail delivery software.\nMessage-ID: <z@example.net>"
        ),
    ),
    "a person called postmaster": (
        "Alan Budd <postmaster@budd.example.org>",
        "Delivery problems on Quarry Road",
        "The delivery failed again, all parcels were returned.",
    ),
    "a shop": (
        "no-reply@shop.example.net",
        "Delivery failed",
        "Your parcel could not be delivered. £550 due.",
    ),
    "an answer to an automatic reply": (PERSON, "Re: Automatic reply: Bins", "Thank you, when are you back?"),
    "leave": (PERSON, "On leave because of illness", "I am on sick leave and my employer will not pay."),
    "a suppress header": (PERSON, "Bins", "Please help.", "X-Auto-Response-Suppress: All"),
    "a loop header": (PERSON, "Bins", "Please help.", "X-Loop: casework@example.com"),
    "Auto-Submitted: no": (PERSON, "Bins", "Please help.", "Auto-Submitted: no"),
    "a platform writing for a person": (
        "Donna Fretwell <letters@platform.example.net>",
        "Save our banks",
        "Dear Rowan Ashby, I am your constituent, ZZ10 4AB.",
        "Reply-To: donna@example.org",
        "List-Unsubscribe: <https://platform.example.net/u>",
        "Precedence: bulk",
    ),
}


MARKED_PEOPLE = {
    "an officer who answers out of a ticket system": (
        "Una Prosser <help@desk.example.net>",
        "[Help] Re: Damp in Quarry Road",
        "I went to see it and have ordered the repair. When may the builder come?",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "Reply-To: Help <help+1@desk.example.net>",
    ),
    "an officer whose letter leaves from an unread address": (
        "Licensing <no-reply@council.example.net>",
        "Your reference LC-20",
        "Thank you for your letter. I have allowed the appeal.\n\nThis mailbox is not monitored.",
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
    ),
    "an officer above the receipt that they answer": (
        "Una Prosser <help@desk.example.net>",
        "Re: Bins",
        "They come on Friday.\n\nOn Mon, 2 Mar 2026, Help wrote:\n> This is an automatic reply. We have it.",
        "Auto-Submitted: auto-generated",
    ),
    "a web form about a form": (PERSON, "Form not received", "I sent it twice.", "Return-Path: <>"),
    "a web form about a court": (
        PERSON,
        "Acknowledgement of service",
        "What must I send to the court?",
        "Return-Path: <>",
    ),
    "an old web form": (PERSON, "My claim was rejected", "They owe me 500 pounds.", "Return-Path: <>"),
    "a web form that calls itself automatic": (
        "Website <www-data@web.example.net>",
        "On leave without pay",
        "Name: Donna Fretwell\nMessage: I got an automatic reply from the council and nothing since.",
        "Return-Path: <>",
        "Auto-Submitted: auto-generated",
        "Reply-To: donna@example.org",
    ),
    "an old program that says bulk": (PERSON, "The footpath", "It is shut again.", "Precedence: bulk"),
    "one that says junk": (PERSON, "Dog found", "She is home.", "Precedence: junk"),
    "a firm whose program offers to unsubscribe": (
        PERSON,
        "Invoice",
        "Could you look at this bill?",
        "List-Unsubscribe: <mailto:leave@crm.example.org>",
    ),
    "an invitation out of a calendar": (
        PERSON,
        "Invitation: Open day @ Thu 2pm",
        "You have been invited.",
        "Auto-Submitted: auto-generated",
    ),
}


@pytest.mark.parametrize("name", MARKED_PEOPLE)
def test_a_programs_mark_on_a_persons_words_hides_nobody_and_stops_what_is_automatic(name: str) -> None:
    found = mail(*MARKED_PEOPLE[name])
    assert found.machine is None
    assert "perhaps-automatic" in found.warnings


@pytest.mark.parametrize("wish", ["All", "DR, OOF, AutoReply"])
def test_who_asks_for_no_automatic_answer_gets_none(wish: str) -> None:
    assert (
        "perhaps-automatic" in mail(PERSON, "Bins", "Please.", f"X-Auto-Response-Suppress: {wish}").warnings
    )


@pytest.mark.parametrize("wish", ["None", "OOF", "DR, RN"])
def test_a_wish_for_less_is_no_wish_for_silence(wish: str) -> None:
    assert not mail(PERSON, "Bins", "Please.", f"X-Auto-Response-Suppress: {wish}", "Date: x").machine
    assert (
        "perhaps-automatic"
        not in mail(PERSON, "Bins", "Please.", f"X-Auto-Response-Suppress: {wish}").warnings
    )


def test_an_answer_that_a_calendar_gives_gets_no_automatic_answer() -> None:
    body = "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR"
    found = mail(PERSON, "Accepted: Visit", body, "Content-Type: text/calendar; method=REPLY")
    assert "perhaps-automatic" in found.warnings


@pytest.mark.parametrize("name", PEOPLE)
def test_a_persons_mail_is_a_persons_mail(name: str) -> None:
    assert mail(*PEOPLE[name]).machine is None


AUTO_REPLIES = {
    "RFC 3834": (PERSON, "Away", "I am away.", "Auto-Submitted: auto-replied (vacation)"),
    "subject alone": (PERSON, "Automatic reply: Your enquiry", "I am away."),
    "welsh subject alone": (PERSON, "Ateb awtomatig: Eich ymholiad", "Rwyf i ffwrdd."),
    "out of office with a suppress header": (
        PERSON,
        "Out of Office: Bins",
        "Away.",
        "X-Auto-Response-Suppress: All",
    ),
    "welsh out of office": (PERSON, "Allan o'r swyddfa", "Nôl dydd Llun.", "X-Auto-Response-Suppress: All"),
    "an old responder": (PERSON, "Bins", "I am away.", "X-Autoreply: yes"),
    "a receipt by a ticket system": (
        PERSON,
        "[Request received] Damp in Quarry Road",
        "It is being looked at.",
        "Auto-Submitted: auto-generated",
    ),
    "polish": (PERSON, "Odpowiedź automatyczna: Bins", "Nie ma mnie.", "Auto-Submitted: auto-generated"),
    "a receipt behind its number": (
        PERSON,
        "LC-20 - We have received your enquiry",
        "Please quote it.",
        "Auto-Submitted: auto-generated",
    ),
    "a receipt by an old program": (
        PERSON,
        "Accusé de réception",
        "Nous avons bien reçu votre lettre.",
        "Precedence: bulk",
    ),
    "an answer that says so of itself": (
        PERSON,
        "Bins",
        "This is an automated response: I am away.",
        "Auto-Submitted: auto-generated",
    ),
    "one who has left": (
        PERSON,
        "I have left Marl Homes",
        "Your message has not been forwarded.",
        "Auto-Submitted: auto-generated",
    ),
    "a null return path": (PERSON, "Thank you for your message", "We have it.", "Return-Path: <>"),
}


@pytest.mark.parametrize("name", AUTO_REPLIES)
def test_an_automatic_reply_is_told_apart_and_keeps_its_text(name: str) -> None:
    found = mail(*AUTO_REPLIES[name])
    assert found.machine is Machine.AUTO_REPLY
    assert found.text


LISTS = {
    "a list": (PERSON, "[wexcombe] Bins", "Hello all", "List-Id: <wexcombe.lists.example.net>"),
    "list post": (PERSON, "Bins", "Hello all", "List-Post: <mailto:wexcombe@lists.example.net>"),
    "a newsletter": (
        "News <news@example.net>",
        "This week",
        "Top",
        "List-Unsubscribe: <https://example.net/u>",
    ),
    "a newsletter that names another address of its own": (
        "News <news@mail.example.net>",
        "This week",
        "Top",
        "Reply-To: hello@example.net",
        "List-Unsubscribe: <https://example.net/u>",
    ),
    "a newsletter of a firm with no list of its own": (
        "Town Hall <hello@example.net>",
        "March",
        "Roads. View in your browser. Unsubscribe",
        "List-Unsubscribe: <https://example.net/u>",
    ),
    "bulk": ("News <news@example.net>", "This week", "Top stories", "Precedence: bulk"),
}


@pytest.mark.parametrize("name", LISTS)
def test_list_mail_is_told_apart(name: str) -> None:
    assert mail(*LISTS[name]).machine is Machine.LIST
