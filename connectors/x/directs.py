"""What a direct message says: in plain text, encrypted (and so not read), or a receipt."""

from connectors.contract import (
    ENCRYPTED_ELSEWHERE,
    DeliveryReport,
    Echo,
    Handle,
    InboundMessage,
    News,
    Nothing,
    RemoteFile,
    ReportAction,
)
from connectors.x import fields, posts
from connectors.x.fields import Told
from connectors.x.posts import KIND

GROUP = "read-by-others"
SEALED_WORDS = "An encrypted message waits on X. Open it in X to read it: its words are not shown here."
INBOX_LINK = "https://x.com/messages"


def direct(account: str, told: Told, beside: Told) -> News:
    """A message as version 2 tells it. Raises Unreadable."""
    if told.get("event_type", "MessageCreate") != "MessageCreate":
        return Nothing("conversation")
    sender_id = fields.must_have_id(told, "sender_id")
    return _told(
        account,
        _plain(
            account,
            told,
            sender=posts.people(beside).get(sender_id, Handle("", sender_id)),
            text=posts.words(told),
            at=told.get("created_at"),
            thread=fields.words_of(told, "dm_conversation_id"),
            files=posts.files(told, beside),
        ),
    )


def old_direct(account: str, told: Told, beside: Told) -> News:
    """A message as webhooks tell it, in the form of version 1.1. Raises Unreadable."""
    if told.get("type") != "message_create":
        return Nothing("conversation")
    made = _inner(told, "message_create")
    sender_id = fields.must_have_id(made, "sender_id")
    recipient_id = fields.must_have_id(_inner(made, "target"), "recipient_id")
    said = _inner(made, "message_data")
    media = _inner(_inner(said, "attachment"), "media")
    return _told(
        account,
        _plain(
            account,
            told,
            sender=posts.people(beside).get(sender_id, Handle("", sender_id)),
            text=posts.words(said),
            at=told.get("created_timestamp"),
            thread=between(sender_id, recipient_id),
            files=posts.files({"extended_entities": {"media": [media]}}, {}) if media else (),
        ),
    )


def sealed(account: str, told: Told, beside: Told) -> News:
    """A message of XChat: that it waits, and from whom. Nothing is guessed about its words."""
    sender_id = fields.must_have_id(told, "sender_id")
    thread = fields.words_of(told, "conversation_id").replace(":", "-")
    pair = thread.split("-")
    message = InboundMessage(
        channel=KIND,
        account=account,
        external_id=fields.must_have_id(told),
        sender=posts.people(beside).get(sender_id, Handle("", sender_id)),
        subject=None,
        text=SEALED_WORDS,
        new_text=SEALED_WORDS,
        attachments=(),
        sent_at=fields.moment(fields.either(told, "created_at_msec", "created_at")),
        content_key=f"x chat {fields.must_have_id(told)}",
        warnings=(ENCRYPTED_ELSEWHERE,),
        thread=between(*pair) if len(pair) == 2 and all(one.isdigit() for one in pair) else thread or None,
        link=INBOX_LINK,
    )
    return _told(account, message)


def receipt(account: str, told: Told) -> News:
    """Somebody read what we wrote, up to a message."""
    last, reader = fields.id_of(told, "last_read_event_id"), fields.id_of(told, "sender_id")
    if last is None or reader == account:
        return Nothing("read")
    return DeliveryReport(KIND, account, last, ReportAction.DELIVERED, reader, None, "read on X", (last,))


def between(one: str, other: str) -> str:
    """The conversation of two people, as X names it: the smaller number first."""
    return "-".join(sorted((one, other), key=int))


def _plain(
    account: str, told: Told, *, sender: Handle, text: str, at: object, thread: str,
    files: tuple[RemoteFile, ...],
) -> InboundMessage:  # fmt: skip
    message_id = fields.must_have_id(told)
    pair = thread.split("-")
    is_pair = len(pair) == 2 and account in pair
    return InboundMessage(
        channel=KIND,
        account=account,
        external_id=message_id,
        sender=sender,
        subject=None,
        text=text,
        new_text=text,
        attachments=(),
        sent_at=fields.moment(at),
        content_key=f"x dm {message_id}",
        warnings=() if is_pair else (GROUP,),
        thread=thread or None,
        remote=files,
        link=INBOX_LINK,
    )


def _told(account: str, message: InboundMessage) -> News:
    return Echo(message) if message.sender.address == account else message


def _inner(told: Told, name: str) -> Told:
    value = told.get(name)
    return value if isinstance(value, dict) else {}
