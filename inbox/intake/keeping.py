"""Kept first: the bytes made durable, and the row that promises to process them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from connectors.contract import RawArrival
from inbox.models import Arrival, ArrivalState, Channel, new_id
from inbox.storage import Store

_CHUNK = 500
_BATCH = 200
"""More than any channel hands over at once."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An arrival whose bytes are already durable under `raw_hash`."""

    arrival: RawArrival
    raw_hash: str


def store_raw(store: Store, office_id: str, arrivals: Sequence[RawArrival]) -> list[Kept]:
    """Makes the bytes durable, before any transaction is opened."""
    if len(arrivals) == 1:
        return [Kept(arrivals[0], store.put(office_id, arrivals[0].raw))]
    hashes = store.put_all(office_id, [arrival.raw for arrival in arrivals])
    return [Kept(arrival, digest) for arrival, digest in zip(arrivals, hashes, strict=True)]


def keep(
    session: Session, channel: Channel, kept: Sequence[Kept], cursor: str | None, now: datetime
) -> list[str]:
    """Promises to process what is new; repeats fall away by the unique key. Returns the new arrivals' ids.

    The cursor moves in the same commit, so a mailbox is never read past what is kept.
    """
    seen = already_kept(session, channel, [one.arrival.external_id for one in kept])
    fresh: dict[str, dict[str, Any]] = {}
    for one in kept:
        if one.arrival.external_id not in seen:
            fresh.setdefault(one.arrival.external_id, row_of(channel, one.arrival, one.raw_hash, now))
    if fresh:
        session.connection().execute(insert(Arrival), list(fresh.values()))
        channel.last_in_at = now
    if cursor is not None:
        channel.cursor = cursor
    return [str(row["id"]) for row in fresh.values()]


def kept_last(session: Session, channel: Channel) -> list[RawArrival]:
    """The last batch kept from this channel, without its bytes: what its server may not have been told of."""
    rows = session.exec(
        select(Arrival).where(Arrival.channel_id == channel.id).order_by(col(Arrival.id).desc()).limit(_BATCH)
    ).all()
    return [
        RawArrival(channel.kind, row.account, row.external_id, b"", row.received_at, row.hints)
        for row in rows
        if row.kept_at == rows[0].kept_at
    ]


def row_of(channel: Channel, arrival: RawArrival, raw_hash: str, now: datetime) -> dict[str, Any]:
    """The row that promises to process what just came."""
    return {
        "id": new_id(),
        "office_id": channel.office_id,
        "channel_id": channel.id,
        "account": arrival.account,
        "external_id": arrival.external_id,
        "state": ArrivalState.WAITING,
        "raw_hash": raw_hash,
        "size": len(arrival.raw),
        "hints": dict(arrival.hints),
        "received_at": arrival.received_at,
        "kept_at": now,
        "attempts": 0,
    }


def already_kept(session: Session, channel: Channel, external_ids: Sequence[str]) -> set[str]:
    """Which of these the channel handed over before."""
    found: set[str] = set()
    for start in range(0, len(external_ids), _CHUNK):
        query = select(Arrival.external_id).where(
            Arrival.channel_id == channel.id,
            col(Arrival.external_id).in_(external_ids[start : start + _CHUNK]),
        )
        found.update(session.exec(query))
    return found
