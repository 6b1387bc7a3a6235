"""Whether an email address that somebody typed is theirs: proved by a button, by a mail or by a call."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from inbox.database import locked, office_of
from inbox.history import CONSTITUENT, SYSTEM, record
from inbox.models import AddressProof, Case, Channel, Direction, EventKind, Handle, Message, MessageKind
from inbox.secrets import new_token, token_hash

_BY_HAND = (MessageKind.CALL, MessageKind.LETTER, MessageKind.VISIT)
LIFE = timedelta(days=3)
"""As long as an acknowledgement may still follow."""
MOST_PER_DAY = 2
"""Letters to one address that ask, so that the form cannot be turned against anybody."""


def is_proved(session: Session, address: str) -> bool:
    """Whether mail about cases may go to `address`.

    Its owner pressed the button or wrote to us from it; or a person of the office spoke with them, and wrote
    that down.
    """
    pressed = select(AddressProof.token_hash).where(
        AddressProof.address == address, col(AddressProof.proved_at).is_not(None)
    )
    if session.exec(pressed.limit(1)).first() is not None:
        return True
    wrote = (
        select(Message.id)
        .join(Channel, col(Channel.id) == Message.channel_id)
        .where(
            Message.sender_handle == address,
            Message.direction == Direction.INBOUND,
            col(Message.kind) == MessageKind.MESSAGE,
            Channel.kind != "web",
        )
    )
    if session.exec(wrote.limit(1)).first() is not None:
        return True
    spoke = (
        select(Message.id)
        .join(Handle, col(Handle.constituent_id) == Message.constituent_id)
        .where(Handle.address == address, col(Message.kind).in_(_BY_HAND))
    )
    return session.exec(spoke.limit(1)).first() is not None


def unproved(session: Session, addresses: Iterable[str]) -> list[str]:
    """Those of `addresses` that are known from the form only, and not proved."""
    typed = select(Message.sender_handle).where(
        col(Message.sender_handle).in_(list(addresses)), Message.kind == MessageKind.FORM
    )
    return [one for one in dict.fromkeys(session.exec(typed)) if not is_proved(session, one)]


def may_ask(session: Session, address: str, now: datetime) -> bool:
    """Whether one more letter may ask this address today."""
    query = select(func.count()).where(
        AddressProof.address == address,
        AddressProof.office_id == office_of(session),
        col(AddressProof.sent_at) > now - timedelta(days=1),
    )
    return session.exec(query).one() < MOST_PER_DAY


def ask(session: Session, case: Case, address: str, now: datetime) -> str:
    """Notes that the address is asked about this case; returns the token for its link, kept nowhere."""
    token = new_token()
    session.add(
        AddressProof(
            office_id=case.office_id,
            token_hash=token_hash(token),
            case_id=case.id,
            address=address,
            sent_at=now,
        )
    )
    record(session, case, EventKind.ADDRESS_ASKED, SYSTEM, now=now)
    return token


def prove(session: Session, token: str, now: datetime) -> AddressProof | None:
    """The button was pressed: `proved_at` is `now` the first time only. None for unknown or old."""
    if not token.isascii() or len(token) != 43:
        return None
    query = select(AddressProof).where(
        AddressProof.token_hash == token_hash(token), col(AddressProof.sent_at) > now - LIFE
    )
    proof = session.exec(locked(session, query)).first()
    if proof is not None and proof.proved_at is None:
        proof.proved_at = now
        session.add(proof)
        session.flush()
        record(session, proof.case_id, EventKind.ADDRESS_PROVED, CONSTITUENT, now=now)
    return proof
