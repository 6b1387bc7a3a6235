"""Who may do what on one channel: the table of roles and acts that an office may close, never open wider."""

from collections.abc import Mapping, Set
from datetime import datetime

from sqlmodel import Session, select

from inbox.access import INTEGRATION, ON_CHANNEL, RIGHTS
from inbox.errors import Refused
from inbox.history import Actor, record
from inbox.models import (
    INTEGRATION_ROLE,
    Channel,
    ChannelAct,
    ChannelClosure,
    EventKind,
    Role,
)

Rights = Mapping[str, frozenset[ChannelAct]]
"""By role (or `integration`) what it may do on a channel."""


def widest() -> Rights:
    """What each role could do at most, by its own rights; roles that could do nothing are left out."""
    having = {str(role): RIGHTS[role] for role in Role} | {INTEGRATION_ROLE: INTEGRATION}
    found = {
        role: frozenset(act for act, action in ON_CHANNEL.items() if action in actions)
        for role, actions in having.items()
    }
    return {role: acts for role, acts in found.items() if acts}


def of(session: Session, channel: Channel) -> Rights:
    """What each role may do on this channel now."""
    closed = _closed(session, channel)
    return {
        role: frozenset(act for act in acts if (role, str(act)) not in closed)
        for role, acts in widest().items()
    }


def choose(session: Session, channel: Channel, wanted: Rights, *, now: datetime, actor: Actor) -> None:
    """Closes to each role what it is not given. Raises Refused where nobody could read the channel any more.

    What a role does not have by itself is neither given nor closed.
    """
    if not any(ChannelAct.READ in acts for role, acts in wanted.items() if role in widest()):
        raise Refused("Leave at least one role that can read what comes in.")
    if not any(ChannelAct.SETTINGS in acts for role, acts in wanted.items() if role in widest()):
        raise Refused("Leave at least one role that can change its settings.")
    before = _closed(session, channel)
    after = {
        (role, str(act))
        for role, acts in widest().items()
        for act in acts
        if act not in wanted.get(role, frozenset())
    }
    _close(session, channel, before, after)
    if before != after:
        record(
            session, None, EventKind.CHANNEL_RIGHTS_CHANGED, actor, now=now, channel=channel.id,
            closed=sorted(f"{role} {act}" for role, act in after - before),
            opened=sorted(f"{role} {act}" for role, act in before - after),
        )  # fmt: skip


def _close(
    session: Session, channel: Channel, before: Set[tuple[str, str]], after: Set[tuple[str, str]]
) -> None:
    rows = session.exec(select(ChannelClosure).where(ChannelClosure.channel_id == channel.id)).all()
    for row in rows:
        if (row.role, row.act) not in after:
            session.delete(row)
    for role, act in sorted(after - before):
        session.add(ChannelClosure(office_id=channel.office_id, channel_id=channel.id, role=role, act=act))


def _closed(session: Session, channel: Channel) -> set[tuple[str, str]]:
    query = select(ChannelClosure).where(ChannelClosure.channel_id == channel.id)
    return {(row.role, row.act) for row in session.exec(query)}
