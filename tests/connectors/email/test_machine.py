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


@pytest.mark.parametrize("name", PEOPLE)
def test_a_persons_mail_is_a_persons_mail(name: str) -> None:
    assert mail(*PEOPLE[name]).machine is None


AUTO_REPLIES = {
    "RFC 3834": (PERSON, "Away", "I am away.", "Auto-Submitted: auto-replied (vacation)"),
    "a service desk that calls people automatic": (
        PERSON,
        "Bins",
        "Please.",
        "Auto-Submitted: auto-generated",
    ),
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
    "bulk": ("News <news@example.net>", "This week", "Top stories", "Precedence: bulk"),
}


@pytest.mark.parametrize("name", LISTS)
def test_list_mail_is_told_apart(name: str) -> None:
    assert mail(*LISTS[name]).machine is Machine.LIST
