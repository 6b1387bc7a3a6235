"""Files that people add by hand: named safely, checked for harm, counted against what a channel takes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from connectors.filenames import safe_filename
from inbox import pictures
from inbox.desk import Tools
from inbox.errors import NotFound, Refused
from inbox.models import Attachment, Channel, Draft, DraftFile, Message, Scan

MOST_FILES = 20
MEGABYTE = 1 << 20
_TYPE = re.compile(r"[a-z0-9][\w.+-]{0,60}/[a-z0-9][\w.+-]{0,60}")
_UNSAID = "application/octet-stream"

Outgoing = Attachment | DraftFile
"""What can go with a draft: a file of its case, or one that its writer added."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file somebody chose, its bytes already in the store under `content_hash`."""

    filename: str
    content_type: str
    size: int
    content_hash: str
    scan: Scan


def take_in(tools: Tools, office_id: str, name: str, content_type: str, content: bytes) -> Given:
    """Keeps the bytes and asks whether they may be opened. Slow, so done with no transaction open.

    Raises Refused for an empty file.
    """
    kind = content_type.partition(";")[0].strip().lower()
    kind = kind if _TYPE.fullmatch(kind) else _UNSAID
    filename = safe_filename(name, kind)
    if not content:
        raise Refused(f"The file {filename} is empty.")
    scan = tools.scan(content)
    return Given(filename, kind, len(content), tools.store.put(office_id, content), scan)


def on_message(session: Session, message: Message, files: Sequence[Given | Outgoing]) -> None:
    """Lays files beside a message, as they were when it was written."""
    for one in files:
        session.add(
            Attachment(
                office_id=message.office_id,
                message_id=message.id,
                filename=one.filename,
                content_type=one.content_type,
                size=one.size,
                content_hash=one.content_hash,
                scan=one.scan,
            )
        )


def of_draft(session: Session, draft: Draft) -> list[Outgoing]:
    """What goes with a draft, in the order it was added."""
    wanted = list(draft.attachments)
    if not wanted:
        return []
    found: dict[str, Outgoing] = {}
    for own in session.exec(select(DraftFile).where(col(DraftFile.id).in_(wanted))):
        found[own.id] = own
    for came in session.exec(select(Attachment).where(col(Attachment.id).in_(wanted))):
        found[came.id] = came
    return [found[one] for one in wanted if one in found]


def belongs_to(session: Session, draft: Draft, file_id: str) -> bool:
    """Whether a file may go with this draft: it was added to it, or it came on its case."""
    own = select(DraftFile.id).where(DraftFile.id == file_id, DraftFile.draft_id == draft.id)
    came = (
        select(Attachment.id)
        .join(Message, col(Message.id) == Attachment.message_id)
        .where(Attachment.id == file_id, Message.case_id == draft.case_id)
    )
    return session.exec(own).first() is not None or session.exec(came).first() is not None


def case_of(session: Session, file_id: str) -> tuple[Outgoing, str | None, str | None]:
    """A file, the case it is on (None for machine mail of no case) and its channel. Raises NotFound."""
    came = session.exec(select(Attachment).where(Attachment.id == file_id)).first()
    if came is not None:
        query = select(Message.case_id, Message.channel_id).where(Message.id == came.message_id)
        return came, *_found(session.exec(query).first())
    own = session.exec(select(DraftFile).where(DraftFile.id == file_id)).first()
    if own is None:
        raise NotFound
    of_draft = select(Draft.case_id, Draft.channel_id).where(Draft.id == own.draft_id)
    return own, *_found(session.exec(of_draft).first())


def _found(place: tuple[str | None, str | None] | None) -> tuple[str | None, str | None]:
    if place is None:
        raise NotFound
    return place


def problems(tools: Tools, channel: Channel | None, files: Sequence[Given | Outgoing]) -> list[str]:
    """What stops these files from leaving together on that channel, each in a sentence for the writer."""
    return too_much(tools, channel, files) + _unsafe(files)


def too_much(tools: Tools, channel: Channel | None, files: Sequence[Given | Outgoing]) -> list[str]:
    """How these files are more than one message on that channel takes; empty when they are not."""
    found = []
    if len(files) > MOST_FILES:
        found.append(f"There are {len(files)} files; one message takes {MOST_FILES}. Take some off.")
    limits = tools.limits.get(channel.kind) if channel else None
    total = sum(one.size for one in files)
    if limits is not None and limits.attachment_bytes is not None and total > limits.attachment_bytes:
        takes = limits.attachment_bytes // MEGABYTE
        found.append(f"Files are {-(-total // MEGABYTE)} MB; this channel takes {takes}. Take some off.")
    return found


def _unsafe(files: Sequence[Given | Outgoing]) -> list[str]:
    again = "could not be checked for harm. Take it off, and add it again later."
    harmful = [f"{one.filename} may be harmful. Take it off." for one in files if one.scan == Scan.INFECTED]
    held = [f"{one.filename} {again}" for one in files if one.scan == Scan.HELD]
    place = "may say where it was taken, and we cannot take that out. Save it as JPEG or MP4 and add that."
    telling = [one for one in files if pictures.tells_too_much(one.filename, one.content_type)]
    return harmful + held + [f"{one.filename} {place}" for one in telling]
