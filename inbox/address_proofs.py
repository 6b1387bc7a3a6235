"""Whether an email address that somebody typed is theirs: proved by a button, by a mail or by a call."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from inbox import people
from inbox.database import locked, office_of
from inbox.history import CONSTITUENT, SYSTEM, record
from inbox.models import AddressProof, Case, Channel, Direction, EventKind, Handle, Message, MessageKind
from inbox.secrets import new_token, token_hash

_BY_HAND = (MessageKind.CALL, MessageKind.LETTER, MessageKind.VISIT)
_AT_ONCE = 500
LIFE = timedelta(days=3)
"""As long as an acknowledgement may still follow."""
MOST_PER_DAY = 2
"""Letters to one address that ask, so that the form cannot be turned against anybody."""


def is_proved(session: Session, address: str) -> bool:
    """Whether mail about cases may go to `address`.

    Its owner pressed the button or wrote to us from it; or a person of the office spoke with them, and wrote
    that down.
    """
    return address in _proved(session, [address])


def unproved(session: Session, addresses: Iterable[str]) -> list[str]:
    """Those of `addresses` that are known from the form only, and not proved."""
    asked = list(dict.fromkeys(addresses))
    found: list[str] = []
    for start in range(0, len(asked), _AT_ONCE):
        query = _written_from(asked[start : start + _AT_ONCE]).where(Message.kind == MessageKind.FORM)
        typed = sorted(set(session.exec(query)))
        proved = _proved(session, typed) if typed else set()
        found += [one for one in typed if one not in proved]
    return found


def _proved(session: Session, addresses: Sequence[str]) -> set[str]:
    pressed = select(AddressProof.address).where(
        AddressProof.office_id == office_of(session),
        col(AddressProof.address).in_(addresses),
        col(AddressProof.proved_at).is_not(None),
    )
    wrote = (
        _written_from(addresses)
        .join(Channel, col(Channel.id) == Message.channel_id)
        .where(
            Message.direction == Direction.INBOUND, Message.kind == MessageKind.MESSAGE, Channel.kind != "web"
        )
    )
    spoke = _of_their_cases(addresses).where(
        Message.constituent_id == Handle.constituent_id, col(Message.kind).in_(_BY_HAND)
    )
    return {one for query in (pressed, wrote, spoke) for one in session.exec(query.distinct())}


def _written_from(addresses: Sequence[str]) -> SelectOfScalar[str]:
    return _of_their_cases(addresses).where(Message.sender_handle == Handle.address)


def _of_their_cases(addresses: Sequence[str]) -> SelectOfScalar[str]:
    """The addresses, once for each message on the cases of their people: found by indexes, whatever the
    number of messages."""
    return (
        select(Handle.address)
        .join(Case, col(Case.constituent_id) == Handle.constituent_id)
        .join(Message, col(Message.case_id) == Case.id)
        .where(Handle.channel_kind == people.MAIL, col(Handle.address).in_(addresses))
    )


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
