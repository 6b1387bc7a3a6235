"""What is set aside, as cards."""

from datetime import datetime
from zoneinfo import ZoneInfo

from inbox.models import Arrival, Channel, Message
from inbox.queues import AsideArrival, AsideMessage
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Act, Badge, Link, Notice, Tab, Tone
from inbox.web.views.set_aside import AsideRow

HINTS = {
    False: "Messages that we could not read. Nothing here is lost.",
    True: "Mail that a machine wrote and that belongs to no case. It gets no reply.",
}
EMPTY = {False: "Every message could be read.", True: "No machine mail."}
NOTICE = Notice("This is all that we could read. Open the original only if you expect it.", Tone.SOON)
MACHINE_NOTICE = Notice("A machine wrote this. It stops no clock and gets no reply.", Tone.CALM)


def tabs(kind: str) -> tuple[Tab, ...]:
    return (
        Tab("Could not be read", "/set-aside", kind not in ("machine", "junk")),
        Tab("Machine mail", "/set-aside?kind=machine", kind == "machine"),
        Tab("Junk", "/queue/set-aside", kind == "junk"),
    )


def of_row(row: Arrival, channel: Channel) -> AsideArrival:
    return AsideArrival(
        row.id, channel.kind, channel.name, row.size, row.received_at, row.attempts, row.trouble
    )


def arrival(row: AsideArrival, zone: ZoneInfo, can_retry: bool) -> AsideRow:
    """Something that could not be read, and the way to try again."""
    word, icon = say.channel(row.channel_kind)
    tried = f" Tried {row.attempts} times." if row.attempts > 1 else ""
    why = (row.trouble or "reading failed").rstrip(".")
    url = f"/set-aside/{row.id}"
    return AsideRow(
        row.id,
        f"Message of {say.size(row.size)}",
        f"By {row.channel_name}",
        row.received_at.astimezone(zone),
        word,
        icon,
        f"We could not read this message: {why}. The original is safe.{tried}",
        (Badge("Could not be read", Tone.GUARD, "lock"),),
        (Link("Show plain text", url), Link("Original, as it came", f"{url}/raw")),
        (Act("Try again", f"{url}/retry"),) if can_retry else (),
    )


def message(row: AsideMessage, zone: ZoneInfo, can: bool) -> AsideRow:
    """Machine mail of no case."""
    sender = row.sender_handle or row.sender_name or "nobody"
    read = (Link("Read it", f"/set-aside/messages/{row.id}"),)
    return _machine(row.id, row.machine, row.subject, sender, row.received_at, zone, read, can)


def opened(row: Message, zone: ZoneInfo, can: bool) -> AsideRow:
    """The same on a page of its own; what was dealt with has nothing left to do."""
    able = can and row.dealt_with_at is None
    return _machine(row.id, row.machine, row.subject, row.sender_handle, row.received_at, zone, (), able)


def _machine(
    key: str, machine: str | None, subject: str | None, sender: str, at: datetime, zone: ZoneInfo,
    links: tuple[Link, ...], can: bool,
) -> AsideRow:  # fmt: skip
    word = say.MACHINES.get(machine or "", "Machine mail")
    done = (Act("Dealt with", f"/set-aside/messages/{key}/done"),) if can else ()
    return AsideRow(
        key,
        subject or "No subject",
        f"From {sender}",
        at.astimezone(zone),
        "Email",
        "email",
        f"{word}. It stops no clock.",
        (Badge(word, Tone.CALM),),
        links,
        done,
    )
