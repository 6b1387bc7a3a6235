"""Private messages: what a person wrote, what went out in the Page's name, edits and receipts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.contract import (
    NOT_TOLD,
    Change,
    ChangeAction,
    DeliveryReport,
    Echo,
    Handle,
    InboundMessage,
    News,
    Nothing,
    RawArrival,
    RemoteFile,
    ReportAction,
    Unreadable,
)
from connectors.facebook.arrivals import KIND, moment_of
from connectors.facebook.shapes import content_key, file_of, listed, number_of, person_of, words_of

Event = dict[str, Any]
_IRRELEVANT = (
    "reaction", "referral", "optin", "take_thread_control", "pass_thread_control", "request_thread_control",
    "app_roles", "account_linking", "game_play", "messaging_feedback",
)  # fmt: skip
UNTOLD_WORDS = "[Facebook did not say what this message holds. Open it on Facebook.]"
_FETCHED = frozenset({"image", "video", "audio", "file"})


def read_private(arrival: RawArrival, event: Event, *, was_found: bool = False) -> News:
    """One event of a conversation. `was_found`: by looking, in the shape that a conversation lists."""
    if was_found:
        return _found(arrival, event)
    person = number_of((event.get("sender") or {}).get("id"))
    said_at = moment_of(event.get("timestamp"))
    if isinstance(event.get("message"), dict):
        return _said(arrival, event, event["message"], said_at)
    if isinstance(event.get("message_edit"), dict):
        return _edited(arrival, person, event["message_edit"], said_at)
    if isinstance(event.get("postback"), dict):
        return _pressed(arrival, person, event["postback"], said_at)
    if isinstance(event.get("delivery"), dict):
        return _receipt(arrival, person, event["delivery"], "delivered")
    if isinstance(event.get("read"), dict):
        return _receipt(arrival, person, event["read"], "read")
    if isinstance(event.get("policy_enforcement"), dict):
        said = words_of(event["policy_enforcement"].get("reason"))[:200]
        raise Unreadable(f"Facebook says that the Page broke a rule: {said or 'no reason given'}")
    for name in _IRRELEVANT:
        if name in event:
            return Nothing(name)
    raise Unreadable("Facebook sent a private event of a kind that is not known")


def _said(arrival: RawArrival, event: Event, message: Event, said_at: datetime | None) -> News:
    mid = number_of(message.get("mid"))
    sender, other = (number_of((event.get(end) or {}).get("id")) for end in ("sender", "recipient"))
    is_ours = bool(message.get("is_echo")) or sender == arrival.account
    files, notes = _attached(message.get("attachments"))
    answered = message.get("reply_to")
    told = _message(
        arrival, mid, Handle("", sender), other if is_ours else sender, said_at,
        text=_text(words_of(message.get("text")), notes, files), files=files,
        answers=words_of(answered.get("mid")) if isinstance(answered, dict) else "",
    )  # fmt: skip
    return Echo(told, words_of(message.get("metadata")) or None) if is_ours else told


def _found(arrival: RawArrival, message: Event) -> News:
    """A message as a conversation lists it: the same number as in a call, other names for the rest."""
    mid = number_of(message.get("id"))
    sender = person_of(message.get("from"), "")
    recipients = [person_of(one, "") for one in listed(message.get("to"))]
    is_ours = sender.address == arrival.account
    person = next((one.address for one in recipients), "") if is_ours else sender.address
    files = [found for one in listed(message.get("attachments")) if (found := _listed_file(one)) is not None]
    told = _message(
        arrival, mid, sender, number_of(person), moment_of(message.get("created_time")),
        text=_text(words_of(message.get("message")), [], files), files=files,
    )  # fmt: skip
    return Echo(told) if is_ours else told


def _message(
    arrival: RawArrival, mid: str, sender: Handle, person: str, said_at: datetime | None, *, text: str,
    files: Iterable[RemoteFile] = (), answers: str = "",
) -> InboundMessage:  # fmt: skip
    """`person` is the one at the other end, by whom Facebook knows the conversation."""
    page = Handle("", arrival.account)
    return InboundMessage(
        channel=KIND, account=arrival.account, external_id=mid, sender=sender, subject=None, text=text,
        new_text=text, attachments=(), sent_at=said_at, content_key=content_key(mid, text),
        warnings=(NOT_TOLD,) if text == UNTOLD_WORDS else (),
        recipients=(page if sender.address == person else Handle("", person),),
        in_reply_to=(answers,) if answers else (), thread=person, remote=tuple(files),
        link=f"https://business.facebook.com/latest/inbox/messenger?asset_id={arrival.account}",
    )  # fmt: skip


def _edited(arrival: RawArrival, person: str, edit: Event, at: datetime | None) -> News:
    mid, text = number_of(edit.get("mid")), words_of(edit.get("text"))
    if person == arrival.account:
        return Nothing("edited by ourselves")
    told = _message(arrival, mid, Handle("", person), person, at, text=text)
    return Change(KIND, arrival.account, mid, ChangeAction.EDITED, at, told)


def _pressed(arrival: RawArrival, person: str, postback: Event, at: datetime | None) -> News:
    """A button of the Page that somebody pressed: it says what is written on it."""
    name = words_of(postback.get("mid")) or arrival.external_id
    text = words_of(postback.get("title")) or words_of(postback.get("payload")) or UNTOLD_WORDS
    return _message(arrival, name, Handle("", person), person, at, text=text)


def _receipt(arrival: RawArrival, person: str, told: Event, word: str) -> News:
    """Names the messages that arrived, or a moment up to which all did."""
    named = told.get("mids")
    mids = tuple(words_of(one) for one in named if words_of(one)) if isinstance(named, list) else ()
    return DeliveryReport(
        KIND, arrival.account, arrival.external_id, ReportAction.DELIVERED, person, None, word, mids,
        thread=person, until=moment_of(told.get("watermark")),
    )  # fmt: skip


def _attached(told: object) -> tuple[list[RemoteFile], list[str]]:
    """Files to fetch, and a line for each thing that is none: a shared link, a place, a sticker."""
    files: list[RemoteFile] = []
    notes: list[str] = []
    for one in listed(told):
        kind, payload = words_of(one.get("type")), one.get("payload")
        payload = payload if isinstance(payload, dict) else {}
        is_sticker = kind == "sticker" or payload.get("sticker_id")
        file = file_of(payload.get("url"), kind, payload.get("title")) if kind in _FETCHED else None
        if file is not None and not is_sticker:
            files.append(file)
        else:
            notes.append(_note("sticker" if is_sticker else kind, one, payload))
    return files, notes


def _note(kind: str, one: Event, payload: Event) -> str:
    title = words_of(payload.get("title")) or words_of(one.get("title"))
    url = words_of(payload.get("url")) or words_of(one.get("url"))
    place = payload.get("coordinates")
    if isinstance(place, dict):
        title = f"{place.get('lat')}, {place.get('long')}"
    said = " ".join(part for part in (title, url if kind != "sticker" else "") if part)
    name = {"fallback": "link", "": "attachment"}.get(kind, kind)
    return f"[{name}: {said}]" if said else f"[{name}]"


def _listed_file(one: Event) -> RemoteFile | None:
    for name in ("image_data", "video_data", "audio_data"):
        if isinstance(one.get(name), dict):
            return file_of(
                one[name].get("url"), name.partition("_")[0], one.get("name"), one.get("mime_type")
            )
    return file_of(one.get("file_url"), "file", one.get("name"), one.get("mime_type"))


def _text(words: str, notes: list[str], files: list[RemoteFile]) -> str:
    said = "\n".join(part for part in (words, *notes) if part)
    return said or ("" if files else UNTOLD_WORDS)
