"""What happened on a channel lately: what its platform made us notice, who switched it and why."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox.channel_figures import FAILED_WITHIN
from inbox.models import Channel, Event, EventKind
from inbox.models.base import id_of_time

MOST = 50
_READ = 500
"""Of an office's lines about channels, newest first; more in a week would be noise."""
_KINDS = (
    EventKind.CHANNEL_ADDED,
    EventKind.CHANNEL_CHANGED,
    EventKind.CHANNEL_NOTICE,
    EventKind.CHANNEL_RIGHTS_CHANGED,
)


def lately(session: Session, channel: Channel, now: datetime) -> list[Event]:
    """The lines about this channel of the last seven days, newest first."""
    query = (
        select(Event)
        .where(col(Event.case_id).is_(None), col(Event.id) > id_of_time(now - FAILED_WITHIN))
        .where(col(Event.kind).in_(_KINDS))
        .order_by(col(Event.id).desc())
        .limit(_READ)
    )
    return [one for one in session.exec(query) if one.detail.get("channel") == channel.id][:MOST]
