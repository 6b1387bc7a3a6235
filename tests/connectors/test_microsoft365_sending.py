"""Sending by Microsoft 365: once, in the right conversation, with our ids, whatever happens on the way."""

import email
import email.policy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from connectors.contract import (
    Attachment,
    Handle,
    Letter,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    RawArrival,
    TemporaryFailure,
)
from connectors.email.graph.channel import Microsoft365Channel
from tests.connectors.contract_suite import collected
from tests.connectors.microsoft365 import MAILBOX, Account
from tests.rigs.platforms import Platform, platform
from tests.rigs.product import until

SEND = r"POST /v1\.0/users/[^/]+/messages/[^/]+/send"
CREATE_REPLY = r"POST .*/createReply"
FIRST = "<first@example.net>"


@pytest.fixture(scope="module")
def graph() -> Iterator[Platform]:
    with platform("graph") as running:
        yield running


@pytest.fixture
def account(graph: Platform) -> Account:
    graph.order("_reset")
    graph.order("_mailbox", mailbox=MAILBOX)
    return Account(graph)


def letter(text: str = "We have asked the council.", **changes: Any) -> OutboundMessage:
    """A composed letter in its envelope."""
    given: dict[str, Any] = {
        "message_id": "reply-1@ashby.example", "sender": Handle("The office", MAILBOX),
        "recipients": (Handle("Wyn Pryce", "wyn@example.net"),), "subject": "Re: Bins", "text": text,
        "date": datetime(2026, 11, 22, 12, tzinfo=UTC),
    }  # fmt: skip
    made = Letter(**given | changes)
    to = tuple(one.address for one in made.recipients)
    return OutboundMessage(made.message_id, to, MAILBOX, Microsoft365Channel.compose(made))


def answer(**changes: Any) -> OutboundMessage:
    first = FIRST.strip("<>")
    return letter(**{"in_reply_to": first, "references": (first,)} | changes)


def sent(account: Account) -> EmailMessage:
    """The one message that left."""
    [left] = account.left()
    parsed = email.message_from_bytes(left["mime"].encode(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def send(account: Account, message: OutboundMessage, **given: Any) -> Any:
    committed: list[int] = []
    receipt = account.channel(**given).send(message, committing=lambda: committed.append(len(account.left())))
    assert committed == [0]
    return receipt


def file(size: int, name: str = "plan.pdf") -> Attachment:
    return Attachment(name, "application/pdf", size, b"%PDF" + b"x" * (size - 4))


def test_an_answer_is_made_from_the_message_it_answers(account: Account) -> None:
    account.deliver(subject="Bins", message_id=FIRST)
    receipt = send(account, answer())
    mail = sent(account)
    assert (mail["In-Reply-To"], mail["Message-ID"]) == (FIRST, "<reply-1@ashby.example>")
    assert mail.get_content().strip() == "We have asked the council."
    assert mail["X-Casework-Message"] == "reply-1@ashby.example"
    assert receipt.external_id == "reply-1@ashby.example"
    assert "request-id" in receipt.evidence
    assert len(account.asked("/createReply")) == 1


def test_an_answer_goes_to_whom_it_was_approved_for_and_not_to_a_reply_to(account: Account) -> None:
    mime = f"From: wyn@example.net\r\nReply-To: elsewhere@example.org\r\nMessage-ID: {FIRST}\r\n\r\nHello\r\n"
    account.platform.order("_deliver", mailbox=MAILBOX, mime=mime)
    send(account, answer())
    assert account.left()[0]["to"] == ["wyn@example.net"]


def test_an_answer_to_what_is_deleted_at_this_moment_leaves_in_the_same_thread(account: Account) -> None:
    account.deliver(subject="Bins", message_id=FIRST)
    account.platform.order("_faults", on=".*/createReply", act="status", status=404, body={"error": {}})
    send(account, answer(references=("older@example.net", "first@example.net")))
    assert sent(account)["References"].split() == ["<older@example.net>", FIRST]


def test_what_answers_nothing_here_leaves_with_all_its_headers(account: Account) -> None:
    send(account, answer(references=("older@example.net", "first@example.net")))
    mail = sent(account)
    assert mail["References"].split() == ["<older@example.net>", FIRST]
    assert (mail["In-Reply-To"], mail["Message-ID"]) == (FIRST, "<reply-1@ashby.example>")
    assert account.asked("/createReply") == []


def test_an_automatic_answer_says_that_it_is(account: Account) -> None:
    account.deliver(message_id=FIRST)
    send(account, answer(automatic=True))
    mail = sent(account)
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert mail["In-Reply-To"] == FIRST


def test_an_id_with_a_quote_in_it_finds_its_message_and_nothing_else(account: Account) -> None:
    account.deliver(message_id="<it's@example.net>")
    send(account, letter(in_reply_to="it's@example.net"))
    assert sent(account)["In-Reply-To"] == "<it's@example.net>"
    assert len(account.asked("/createReply")) == 1


@pytest.mark.parametrize("answering", [True, False])
def test_small_and_large_files_arrive_whole(account: Account, answering: bool) -> None:
    account.deliver(message_id=FIRST)
    files = (file(1000, "note.pdf"), file(9_000_000))
    send(account, answer(attachments=files) if answering else letter(attachments=files))
    mail = sent(account)
    got = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    assert got == {one.filename: one.content for one in files}
    assert mail["Message-ID"] == "<reply-1@ashby.example>"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "We have asked the council."
    assert len(account.asked("/upload/")) == 3


def test_the_upload_address_gets_no_sign_in(account: Account) -> None:
    send(account, letter(attachments=(file(4_000_000),)))
    assert all("authorization" not in one["headers"] for one in account.asked("/upload/"))


def test_welsh_and_long_words_survive_both_ways(account: Account) -> None:
    text = "Annwyl Wŷn,\n\nDiolch yn fawr am eich neges. " + "Mae'r cyngor " * 40 + "\n\nCofion"
    account.deliver(message_id=FIRST)
    send(account, answer(text=text, subject="Biniau ŵ"))
    mail = sent(account)
    assert mail["Subject"] == "Biniau ŵ"
    assert mail.get_content().replace("\r\n", "\n").strip() == text


@pytest.mark.parametrize(("where", "status"), [
    (CREATE_REPLY, 429), (CREATE_REPLY, 503), ("PATCH .*", 429), ("PATCH .*", 503), (SEND, 429),
])  # fmt: skip
def test_later_before_it_could_leave_is_later_and_the_draft_is_used_again(
    account: Account, where: str, status: int
) -> None:
    account.deliver(message_id=FIRST)
    account.platform.order(
        "_faults", on=where, act="status", status=status, headers={"retry-after": "5"},
        body={"error": {"code": "ApplicationThrottled", "message": "later"}},
    )  # fmt: skip
    channel = account.channel()
    with pytest.raises(TemporaryFailure) as caught:
        channel.send(answer(), committing=lambda: None)
    assert caught.value.after == timedelta(seconds=5)
    assert account.left() == []
    send(account, answer())
    assert len(account.left()) == 1
    assert account.state()["folders"].get("drafts", 0) == 0


def test_a_draft_whose_creation_was_not_heard_of_is_found_again(account: Account) -> None:
    account.deliver(message_id=FIRST)
    account.platform.order("_faults", on=CREATE_REPLY, act="lose")
    with pytest.raises(TemporaryFailure):
        account.channel().send(answer(), committing=lambda: None)
    send(account, answer())
    assert len(account.left()) == 1
    assert account.state()["folders"].get("drafts", 0) == 0


def test_files_that_are_there_already_are_not_added_twice(account: Account) -> None:
    account.deliver(message_id=FIRST)
    message = answer(attachments=(file(1000, "a.pdf"), file(2000, "b.pdf")))
    account.platform.order("_faults", on=SEND, act="status", status=429)
    with pytest.raises(TemporaryFailure):
        account.channel().send(message, committing=lambda: None)
    send(account, message)
    assert [part.get_filename() for part in sent(account).iter_attachments()] == ["a.pdf", "b.pdf"]


@pytest.mark.parametrize("fault", [
    {"act": "lose"}, {"act": "drop"}, {"act": "html"}, {"act": "slow", "seconds": 3},
    {"act": "status", "status": 500}, {"act": "status", "status": 502}, {"act": "status", "status": 503},
    {"act": "status", "status": 504}, {"act": "status", "status": 200, "body": {"ok": True}},
])  # fmt: skip
def test_silence_after_the_last_step_is_unknown_and_never_sent_again_by_itself(
    account: Account, fault: dict[str, Any]
) -> None:
    account.deliver(message_id=FIRST)
    account.platform.order("_faults", on=SEND, **fault)
    committed: list[bool] = []
    with pytest.raises(OutcomeUnknown):
        account.channel(patience=0.5).send(answer(), committing=lambda: committed.append(True))
    assert committed == [True]
    until(lambda: len(account.asked("/send")) == 1)


def test_what_left_without_an_answer_is_proved_by_the_sent_items(account: Account) -> None:
    account.deliver(message_id=FIRST)
    channel = account.channel()
    assert channel.evidence(answer()) is None
    account.platform.order("_faults", on=SEND, act="lose")
    with pytest.raises(OutcomeUnknown):
        channel.send(answer(), committing=lambda: None)
    assert "among what was sent" in str(channel.evidence(answer()))


def test_a_draft_alone_proves_nothing(account: Account) -> None:
    account.platform.order("_faults", on=SEND, act="drop")
    channel = account.channel()
    with pytest.raises(OutcomeUnknown):
        channel.send(letter(), committing=lambda: None)
    assert channel.evidence(answer()) is None


def test_what_lies_among_the_sent_mail_is_not_sent_again(account: Account) -> None:
    send(account, letter())
    with pytest.raises(PermanentFailure, match="nothing was sent again"):
        account.channel().send(letter(), committing=lambda: None)
    assert len(account.left()) == 1


def test_a_refusal_is_for_good_and_in_words(account: Account) -> None:
    account.platform.order(
        "_faults", on=SEND, act="status", status=400,
        body={"error": {"code": "ErrorInvalidRecipients", "message": "At least one recipient isn't valid."}},
    )  # fmt: skip
    with pytest.raises(PermanentFailure, match="At least one recipient"):
        account.channel().send(letter(), committing=lambda: None)


def test_an_unreachable_platform_before_the_send_is_temporary(account: Account) -> None:
    channel = account.channel(base_url="http://127.0.0.1:9")
    with pytest.raises(TemporaryFailure):
        channel.send(letter(), committing=lambda: None)


def test_our_own_message_in_the_sent_items_is_told_apart_from_what_staff_wrote(account: Account) -> None:
    account.deliver(message_id=FIRST)
    send(account, answer())
    account.platform.order(
        "_sent_from_outlook", mailbox=MAILBOX, to="wyn@example.net", in_reply_to=FIRST, text="By hand."
    )
    arrivals, _ = collected(account.channel())
    news = [Microsoft365Channel.understand(one) for one in arrivals if one.hints.get("direction")]
    assert [getattr(one, "outgoing_id", None) for one in news] == ["reply-1@ashby.example", None]


def test_our_mark_on_mail_that_others_sent_us_means_nothing() -> None:
    raw = b"From: a@example.net\r\nX-Casework-Message: reply-1@ashby.example\r\n\r\nHello\r\n"
    news = Microsoft365Channel.understand(RawArrival("microsoft365", MAILBOX, "1", raw, datetime.now(UTC)))
    assert not hasattr(news, "outgoing_id")


def test_a_reply_that_may_not_have_our_message_id_keeps_the_platforms_and_is_known_by_it(
    account: Account,
) -> None:
    account.deliver(message_id=FIRST)
    account.platform.order("_keep_ids")
    receipt = send(account, answer())
    mail = sent(account)
    assert mail["Message-ID"] == f"<{receipt.external_id}>" != "<reply-1@ashby.example>"
    assert mail["X-Casework-Message"] == "reply-1@ashby.example"
    assert account.channel().evidence(answer())
