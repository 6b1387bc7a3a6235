"""Whether an email address that somebody typed is theirs: proved by a button, by a mail or by a call."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from inbox import people
from inbox.database import locked, office_of
from inbox.history import CONSTITUENT, SYSTEM, Actor, record
from inbox.models import AddressProof, Case, Channel, Direction, EventKind, Handle, Message, MessageKind
from inbox.secrets import new_token, token_hash

_BY_HAND = (MessageKind.CALL, MessageKind.LETTER, MessageKind.VISIT)
_AT_ONCE = 500
LIFE = timedelta(days=3)
"""As long as an acknowledgement may still follow."""
ASK, ASK_AGAIN = "Ask whether the address is theirs", "Ask again whether the address is theirs"
"""What staff press by a message of the form: the first time, and once a letter has asked."""
MOST_PER_DAY = 2
"""Letters to one address that ask, so that the form cannot be turned against anybody."""


def is_proved(session: Session, address: str) -> bool:
    """Whether mail about cases may go to `address`.

    Its owner pressed the button or wrote to us from it; or a person of the office spoke with them, and wrote
    that down.
    """
    return address in _proved(session, [address])


def unproved(session: Session, typed: Iterable[str]) -> list[str]:
    """Those of `typed`, addresses that were given in a form, that are not proved, each once."""
    asked = list(dict.fromkeys(typed))
    proved: set[str] = set()
    for start in range(0, len(asked), _AT_ONCE):
        proved |= _proved(session, asked[start : start + _AT_ONCE])
    return [one for one in asked if one not in proved]


def given_in_forms(session: Session, case_id: str, addresses: Sequence[str]) -> set[str]:
    """Those of `addresses` that came by a form: on this case, or on one of the people they belong to."""
    here = select(Message.sender_handle).where(
        Message.case_id == case_id, col(Message.sender_handle).in_(addresses)
    )
    both = (here, _written_from(addresses))
    return {one for query in both for one in session.exec(query.where(Message.kind == MessageKind.FORM))}


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


def asked(session: Session, addresses: Sequence[str]) -> dict[str, datetime]:
    """Those of `addresses` that a letter of ours asked, each with the last time it did."""
    query = (
        select(AddressProof.address, func.max(AddressProof.sent_at))
        .where(AddressProof.office_id == office_of(session), col(AddressProof.address).in_(addresses))
        .group_by(AddressProof.address)
    )
    return dict(session.exec(query).all())


def may_ask(session: Session, address: str, now: datetime) -> bool:
    """Whether one more letter may ask this address today."""
    query = select(func.count()).where(
        AddressProof.address == address,
        AddressProof.office_id == office_of(session),
        col(AddressProof.sent_at) > now - timedelta(days=1),
    )
    return session.exec(query).one() < MOST_PER_DAY


def ask(session: Session, case: Case, address: str, now: datetime, actor: Actor = SYSTEM) -> str:
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
    record(session, case, EventKind.ADDRESS_ASKED, actor, now=now)
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
