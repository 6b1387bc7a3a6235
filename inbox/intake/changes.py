"""What became of a message after it was said: edited, taken back, hidden from the public."""

from datetime import datetime

from sqlmodel import Session, col, select

from connectors.contract import Change, ChangeAction, InboundMessage
from inbox import hiding
from inbox.database import locked
from inbox.errors import NotYet
from inbox.history import SYSTEM, record
from inbox.models import Arrival, Case, Direction, EventKind, Message, channels_of_kind

_OVERTOOK = "overtook"
"""Among the hints of an arrival: it is an edit, and was here before the message which it edits."""


def changed(
    session: Session, change: Change, message: Message | None, now: datetime, *, patient: bool = False
) -> Case | None:
    """The case of the message that changed; None where we have no such message.

    `message` is the new wording of an edit. Raises NotYet for what overtook its message, if the
    caller is `patient`.
    """
    first = _newest_wording(session, change)
    if first is None:
        if change.action is not ChangeAction.EDITED and patient:
            raise NotYet("The message that was taken back, hidden or shown is not here yet.")
        return None
    case = session.exec(locked(session, select(Case).where(Case.id == first.case_id))).first()
    if change.action in (ChangeAction.HIDDEN, ChangeAction.SHOWN):
        hiding.done(session, first, hidden=change.action is ChangeAction.HIDDEN, now=now)
    elif change.action is ChangeAction.DELETED:
        first.withdrawn_at = change.at or now
        record(session, case, EventKind.MESSAGE_WITHDRAWN, SYSTEM, now=now, message=first.id)
    elif message is not None:
        message.edit_of, message.constituent_id = first.id, first.constituent_id
        message.thread = message.thread or first.thread
        record(session, case, EventKind.MESSAGE_EDITED, SYSTEM, now=now, message=message.id, before=first.id)
    return case


def note_overtaking(arrival: Arrival) -> None:
    """An edit whose message is not here yet is filed as that message: what comes after it is older words."""
    arrival.hints = {**arrival.hints, _OVERTOOK: "1"}


def overtaken_by(session: Session, incoming: InboundMessage) -> Message | None:
    """The edit that was here before the message which it edits; None where none was."""
    query = (
        select(Message, Arrival)
        .join(Arrival, col(Arrival.id) == Message.arrival_id)
        .where(Message.external_id == incoming.external_id, Message.direction == Direction.INBOUND)
        .where(col(Message.channel_id).in_(channels_of_kind(incoming.channel)))
        .order_by(col(Message.id))
    )
    found = session.exec(query.limit(1)).first()
    return found[0] if found is not None and _OVERTOOK in found[1].hints else None


def is_another_wording(session: Session, edited: InboundMessage) -> bool:
    """Whether an edit says other words than we show now: who goes back to the first words says them anew."""
    newest = _newest_wording(session, edited)
    return newest is not None and newest.content_key != edited.content_key


def _newest_wording(session: Session, change: Change | InboundMessage) -> Message | None:
    query = (
        select(Message)
        .where(Message.external_id == change.external_id, Message.direction == Direction.INBOUND)
        .where(col(Message.channel_id).in_(channels_of_kind(change.channel)))
        .order_by(col(Message.id).desc())
    )
    return session.exec(query.limit(1)).first()
