"""The channels on which staff are the wire: post, phone, surgery, outreach. Made when first used."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox.database import locked, office_of
from inbox.errors import Refused
from inbox.history import Actor, record
from inbox.models import Channel, ChannelMode, EventKind, MessageKind, Office, new_id

POST, PHONE, SURGERY, OUTREACH = "post", "phone", "surgery", "outreach"
NAMES = {POST: "Post", PHONE: "Phone", SURGERY: "Surgeries", OUTREACH: "Outreach"}
ROADS = {MessageKind.LETTER: POST, MessageKind.CALL: PHONE, MessageKind.VISIT: SURGERY}
"""How something said by hand came, where nobody names the road."""


def of_office(session: Session, kind: str, *, now: datetime, actor: Actor) -> Channel:
    """The office's first channel of this kind. Raises Refused where it is switched off, with the reason."""
    channel = _open(session, kind)
    if channel is None:
        # Two people who use it for the first time at the same moment make one.
        session.exec(locked(session, select(Office).where(Office.id == office_of(session)))).one()
        channel = _open(session, kind) or _made(session, kind, now=now, actor=actor)
    if channel.mode == ChannelMode.OFF:
        why = f": {channel.mode_reason}" if channel.mode_reason else ""
        raise Refused(f"{channel.name} is switched off{why}. Switch it on under Channels first.")
    return channel


def took_in(channel: Channel, now: datetime) -> None:
    """Something came by this road."""
    channel.last_in_at = channel.last_ok_at = now


def _open(session: Session, kind: str) -> Channel | None:
    query = select(Channel).where(Channel.kind == kind, col(Channel.removed_at).is_(None))
    return session.exec(query.order_by(col(Channel.id)).limit(1)).first()


def _made(session: Session, kind: str, *, now: datetime, actor: Actor) -> Channel:
    name = NAMES[kind]
    while session.exec(select(Channel.id).where(Channel.name == name)).first():
        name += " by hand"
    channel = Channel(
        id=new_id(), office_id=office_of(session), kind=kind, name=name, account=kind, mode=ChannelMode.FULL,
        since=now, created_at=now,
    )  # fmt: skip
    session.add(channel)
    session.flush()
    record(session, None, EventKind.CHANNEL_ADDED, actor, now=now, channel=channel.id, channel_kind=kind)
    return channel
