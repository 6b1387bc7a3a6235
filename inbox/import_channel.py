"""The channel under which an office keeps imported mail: it collects nothing and sends nothing."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox.database import office_of
from inbox.history import Actor, record
from inbox.models import Channel, ChannelMode, EventKind

KIND = "import"
NAME = "Imported mail"
READS_AS = "email"
"""The kind of channel whose reading and whose addresses imported messages have."""


def of_office(session: Session, *, actor: Actor, now: datetime) -> Channel:
    """The office's channel for imports, made when it is first asked for.

    Its kind carries no letters, so replies to imported mail leave by a real channel of the office.
    """
    query = select(Channel).where(Channel.kind == KIND, col(Channel.removed_at).is_(None))
    channel = session.exec(query.limit(1)).first()
    if channel is not None:
        return channel
    channel = Channel(
        office_id=office_of(session),
        kind=KIND,
        name=NAME,
        account=KIND,
        mode=ChannelMode.OFF,
        settings={"reads_as": READS_AS},
        mode_reason="imported mail: nothing is collected or sent here",
        since=now,
        created_at=now,
    )
    session.add(channel)
    session.flush()
    record(session, None, EventKind.CHANNEL_ADDED, actor, now=now, channel=channel.id, channel_kind=KIND)
    return channel
