"""Which messages of ours answer the person on a case: one word for all who ask whether somebody was answered.

What left by itself, an acknowledgement or the question whether an address is theirs, is no answer; nor is
what went to somebody else: an organisation that is asked, a colleague whom a letter was passed on to.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col

from inbox.models import Delivery, DeliveryState, Direction, Message
from inbox.outbox import Purpose

ANSWERING = (Purpose.REPLY, Purpose.CAMPAIGN)
"""Why something leaves that a person of the office wrote for the person on the case."""


def is_answer(*, but: Collection[DeliveryState] = (DeliveryState.STOPPED,)) -> ColumnElement[bool]:
    """The condition for a query of messages. `but`: states of a delivery that make it none.

    What was written in another program has no delivery; whom it is to was seen when it came in.
    """
    theirs = col(Delivery.message_id) == col(Message.id)
    counts = and_(col(Delivery.purpose).in_(ANSWERING), col(Delivery.state).not_in(tuple(but)))
    return and_(
        col(Message.direction) == Direction.OUTBOUND,
        or_(
            exists().where(theirs, counts),
            and_(col(Message.constituent_id).is_not(None), ~exists().where(theirs)),
        ),
    )
