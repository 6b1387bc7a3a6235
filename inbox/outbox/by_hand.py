"""What people do about a message on its way out: stop it, send it again, say whether it left."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from inbox.errors import Conflict, IllegalMove
from inbox.history import Actor, record
from inbox.models import (
    DELIVERY_MOVES,
    DRAFT_MOVES,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    EventKind,
    move,
)
from inbox.outbox.endings import Purpose, failed, sent
from inbox.outbox.parting import has_left_elsewhere, others

_WAITING = (DeliveryState.QUEUED, DeliveryState.RETRYING)


def stop(session: Session, delivery: Delivery, *, now: datetime, actor: Actor) -> None:
    """Stops what has not left; the words go back to being a draft that needs approval again.

    What others have already is no draft any more. What waits for others stops with the draft it came from.
    """
    if not _change_state(session, delivery, _WAITING, DeliveryState.STOPPED):
        raise Conflict("It has left already, so it cannot be stopped.")
    draft = (
        session.exec(select(Draft).where(Draft.id == delivery.draft_id)).first()
        if delivery.draft_id
        else None
    )
    if draft is not None and has_left_elsewhere(session, delivery):
        draft.state = move(draft.state, DraftState.SENT, DRAFT_MOVES, "reply")
    elif draft is not None:
        draft.state = move(draft.state, DraftState.DRAFT, DRAFT_MOVES, "reply")
        draft.version += 1
        delivery.draft_id = None
        for other in others(session, delivery):
            _change_state(session, other, _WAITING, DeliveryState.STOPPED)
    delivery.settled_by = actor.id
    record(session, delivery.case_id, EventKind.STOPPED, actor, now=now, delivery=delivery.id)


def retry(session: Session, delivery: Delivery, *, now: datetime, actor: Actor) -> None:
    """A person sends a failed or bounced message again. Never for `unknown`: settle that first.

    A stopped reply went back to its writer: only a new yes to its words sends it.
    """
    if delivery.state == DeliveryState.STOPPED and delivery.purpose != Purpose.ACKNOWLEDGEMENT:
        if has_left_elsewhere(session, delivery):
            raise Conflict("It was stopped after others had it. Write a new reply to those who have not.")
        raise Conflict("It was stopped, and its words are a draft again. Approve the draft to send it.")
    if DeliveryState.QUEUED not in DELIVERY_MOVES[DeliveryState(delivery.state)]:
        raise IllegalMove("It is on its way, or nobody knows if it left. It cannot be sent again now.")
    _change_by_hand(session, delivery, DeliveryState.QUEUED)
    delivery.next_at, delivery.queued_at, delivery.trouble = now, now, None
    delivery.settled_by, delivery.interruptions = None, 0
    record(session, delivery.case_id, EventKind.QUEUED, actor, now=now, delivery=delivery.id, again=True)


def settle_by_hand(
    session: Session, delivery: Delivery, *, was_sent: bool, now: datetime, actor: Actor
) -> None:
    """A person looked and says whether an unknown one left, or that one which did not is dealt with."""
    if delivery.settled_by:
        raise Conflict("Somebody has settled this already.")
    is_known_failure = delivery.state in (DeliveryState.FAILED, DeliveryState.BOUNCED) and not was_sent
    if delivery.state != DeliveryState.UNKNOWN and not is_known_failure:
        raise Conflict("Only a message of unknown outcome can be settled by hand.")
    # Two people may look at the same moment: the second one's word finds it settled.
    _change_by_hand(session, delivery, DeliveryState(delivery.state))
    delivery.settled_by = actor.id or actor.name[:32]
    if is_known_failure:
        pass
    elif was_sent:
        sent(session, delivery, "A person found that it was sent.", now)
    else:
        failed(session, delivery, "A person found that it was not sent.", now)
    record(session, delivery.case_id, EventKind.DELIVERY_SETTLED, actor, now=now, delivery=delivery.id,
           was_sent=was_sent)  # fmt: skip


def _change_state(
    session: Session, delivery: Delivery, before: tuple[DeliveryState, ...], after: DeliveryState
) -> bool:
    changed = session.connection().execute(
        update(Delivery)
        .where(col(Delivery.id) == delivery.id, col(Delivery.state).in_(before))
        .values(state=after, fence=delivery.fence + 1)
    )
    if changed.rowcount == 1:
        session.refresh(delivery)
    return changed.rowcount == 1


def _change_by_hand(session: Session, delivery: Delivery, after: DeliveryState) -> None:
    """Moves on what a person saw, if it is still so. Raises IllegalMove or Conflict."""
    before = DeliveryState(delivery.state)
    if after is not before:
        move(before, after, DELIVERY_MOVES, "message")
    if not _change_state(session, delivery, (before,), after):
        raise Conflict("Somebody did this at the same moment. Look again.")
