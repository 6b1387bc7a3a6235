"""Messages with their files and how they fare, and the timeline of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from connectors.post.scans import PICTURE
from inbox import drafting
from inbox.database import hidden_in, shown_in
from inbox.files import Outgoing
from inbox.models import (
    Attachment,
    Case,
    Channel,
    Delivery,
    DeliveryState,
    Direction,
    Event,
    EventKind,
    Message,
    MessageKind,
    Staff,
)
from inbox.web.staff.showing import history_words, hostile_words, platform_words
from inbox.web.staff.showing import words as say
from inbox.web.views import messages as views
from inbox.web.views.parts import Act, Badge, Link, Tone

LATEST = 30
"""How many messages a case page shows before the earlier ones are asked for."""


def messages_of(session: Session, case: Case, *, limit: int | None = None) -> list[Message]:
    """What was said on a case, oldest first; with `limit` only the newest so many."""
    query = select(Message).where(Message.case_id == case.id, shown_in(session, col(Message.channel_id)))
    query = query.order_by(col(Message.id).desc())
    return list(reversed(session.exec(query.limit(limit) if limit else query).all()))


def with_last_letter(session: Session, case: Case, newest: list[Message]) -> list[Message]:
    """The newest messages, and before them what the person wrote last if it is not among them: notes and
    our own mail never push out of sight what is to be answered."""
    letter = drafting.newest_inbound(session, case)
    if letter is None or letter.channel_id in hidden_in(session) or letter.id in {one.id for one in newest}:
        return newest
    return [letter, *newest]


def shown(
    session: Session, case: Case | None, rows: Sequence[Message], zone: ZoneInfo, now: datetime
) -> tuple[views.Message, ...]:
    """Messages as the pages show them, with their files and deliveries, in the order given."""
    keys = [row.id for row in rows]
    files: dict[str, list[Attachment]] = {}
    for file in session.exec(select(Attachment).where(col(Attachment.message_id).in_(keys))):
        files.setdefault(file.message_id, []).append(file)
    sent: dict[str | None, list[Delivery]] = {}
    deliveries = select(Delivery).where(col(Delivery.message_id).in_(keys)).order_by(col(Delivery.id))
    for each in session.exec(deliveries):
        sent.setdefault(each.message_id, []).append(each)
    kinds = {row.id: row.kind for row in session.exec(select(Channel))}
    staff = {row.id: row.name for row in session.exec(select(Staff))}
    fates = platform_words.fates(session, case, rows)
    names = platform_words.called(session, (to for row in rows for to in row.recipients))
    return tuple(
        _message(
            case,
            row,
            files.get(row.id, []),
            sent.get(row.id, []),
            kinds,
            staff,
            names,
            zone,
            fates.get(row.id, ()),
        )
        for row in rows
    )


def timeline(
    session: Session,
    case: Case,
    rows: Sequence[Message],
    zone: ZoneInfo,
    now: datetime,
    acts: Mapping[str, Act] | None = None,
) -> tuple[views.TimelineEntry, ...]:
    """Messages and what was done between them, oldest first. `acts`: what can be done with a message."""
    acts = acts or {}
    entries = [
        (row.received_at, views.TimelineEntry(message=replace(message, act=acts.get(row.id))))
        for row, message in zip(rows, shown(session, case, rows, zone, now), strict=True)
    ]
    hidden = [str(kind) for kind in history_words.TOLD_BY_MESSAGES]
    query = select(Event).where(Event.case_id == case.id, col(Event.kind).not_in(hidden))
    if len(rows) == LATEST:
        query = query.where(Event.at >= rows[0].received_at)
    unread = hidden_in(session)
    events = [
        event
        for event in session.exec(query.order_by(col(Event.sequence)))
        if event.detail.get("channel") not in unread
    ]
    names = history_words.Names(session, events)
    for event in events:
        sentence = history_words.words(session, event, names)
        by = "" if event.actor_kind == "system" else f" {history_words.who(event)}."
        why = f"/cases/{case.reference}/why" if event.kind == EventKind.ROUTED else None
        entries.append(
            (event.at, views.TimelineEntry(event=views.Event(event.at.astimezone(zone), sentence + by, why)))
        )
    return tuple(entry for _, entry in sorted(entries, key=lambda pair: pair[0]))


def _message(
    case: Case | None, row: Message, files: Sequence[Attachment], sent: Sequence[Delivery],
    kinds: Mapping[str, str], staff: Mapping[str, str], names: Mapping[str, str], zone: ZoneInfo,
    fate: tuple[Badge, ...],
) -> views.Message:  # fmt: skip
    word, icon = say.channel(kinds.get(row.channel_id or "", "email" if row.arrival_id else None), row.kind)
    if row.direction == Direction.NOTE:
        word, icon = "Note", "note"
    mail = f"/cases/{case.reference}/messages/{row.id}" if case and row.arrival_id else None
    badges: tuple[Badge, ...] = (
        (Badge(say.MACHINES.get(row.machine, row.machine), Tone.CALM),) if row.machine else ()
    )
    if row.forwarded_by:
        badges += (Badge(f"Passed on by {row.forwarded_by}", Tone.SOON, "question"),)
    if row.copies:
        badges += (Badge(f"Came {row.copies + 1} times", Tone.CALM),)
    is_form = row.kind == MessageKind.FORM  # what was asked beside the words belongs to the message
    is_letter = row.kind == MessageKind.LETTER  # its pages are its original
    earlier = row.text if row.text.strip() != row.new_text.strip() and not is_form else None
    return views.Message(
        id=row.id,
        direction=views.Direction(row.direction),
        who=_who(row, staff),
        to=", ".join(names.get(to, to) for to in row.recipients)
        if row.direction == Direction.OUTBOUND
        else None,
        at=row.received_at.astimezone(zone),
        channel=word,
        channel_icon=icon,
        text=row.text if is_form else row.new_text or row.text,
        language=row.language,
        subject=row.subject if row.direction != Direction.NOTE else None,
        earlier_text=earlier,
        frame_url=f"{mail}/body" if mail and row.has_html else None,
        original_url=f"{mail}/raw" if mail and not is_letter else None,
        files=tuple(file(one) for one in files if not _is_made(one)),
        badges=badges + fate,
        place=platform_words.place(row.link),
        warnings=say.warnings(row.warnings),
        deliveries=_deliveries(sent, zone),
        check=_check(case, row, fate),
        covered="May upset: a threat" if hostile_words.covers(row) else None,
        folded="Acknowledgement, sent by itself" if row.kind == MessageKind.ACKNOWLEDGEMENT else None,
    )


def file(row: Outgoing) -> views.File:
    """A file, with the address it may be fetched from."""
    kind = say.file_kind(row.content_type)
    url = f"/attachments/{row.id}"
    return views.File(row.filename, kind, say.size(row.size), url, views.Scan(row.scan), row.id)


def _who(row: Message, staff: Mapping[str, str]) -> str:
    if row.direction == Direction.INBOUND:
        is_address = "@" in row.sender_handle  # a platform's number says nothing: it is among the facts
        named = f"{row.sender_name} ({row.sender_handle})" if is_address else row.sender_name
        return named if row.sender_name else row.sender_handle or "somebody we do not know"
    return staff.get(row.author_id or "", row.sender_name or "the program")


def _is_made(file: Attachment) -> bool:
    """Whether it is a picture that we made of a page: it did not come with the letter."""
    return (file.content_id or "").startswith(PICTURE)


def _check(case: Case | None, row: Message, fate: tuple[Badge, ...]) -> Link | None:
    """Where a letter is compared with its pages, until somebody has."""
    is_handed_in = row.kind == MessageKind.LETTER and row.arrival_id is not None and row.edit_of is None
    if case is None or not is_handed_in or fate:
        return None
    return Link("Compare it with its pages", f"/cases/{case.reference}/letters/{row.id}")


def _deliveries(rows: Sequence[Delivery], zone: ZoneInfo) -> tuple[views.Delivery, ...]:
    """How it fares; where it left in parts, with whom."""
    shown = [_delivery(row, zone) for row in rows]
    if len(shown) < 2:
        return tuple(shown)
    named = zip(rows, shown, strict=True)
    return tuple(replace(one, words=f"{', '.join(row.recipients)}: {one.words}") for row, one in named)


def _delivery(row: Delivery, zone: ZoneInfo) -> views.Delivery:
    retry = Act("Try again", f"/sending/{row.id}/retry")
    at = row.next_at.astimezone(zone)
    match DeliveryState(row.state):
        case DeliveryState.QUEUED:
            return views.Delivery(
                f"Leaves {at:%H:%M}", Tone.SOON, "clock", Act("Stop sending", f"/sending/{row.id}/stop")
            )
        case DeliveryState.SENDING:
            return views.Delivery("Leaving now", Tone.CALM, "clock")
        case DeliveryState.SENT:
            return views.Delivery("Sent", Tone.OK, "tick")
        case DeliveryState.DELIVERED:
            return views.Delivery("Delivered", Tone.OK, "tick")
        case DeliveryState.RETRYING:
            stop = Act("Stop sending", f"/sending/{row.id}/stop")
            return views.Delivery(f"Not sent yet. Next try {at:%H:%M}", Tone.SOON, "soon", stop)
        case DeliveryState.STOPPED:
            return views.Delivery("Stopped. It was not sent", Tone.CALM, "paused")
        case DeliveryState.UNKNOWN:
            return views.Delivery("We do not know if this was sent. Look in Sending", Tone.SOON, "question")
        case _:
            return views.Delivery(f"Not delivered: {row.trouble or 'refused'}", Tone.LATE, "late", retry)
