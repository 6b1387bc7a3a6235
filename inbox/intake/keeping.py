"""An arrival as a row, and which of them are here already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from connectors.contract import RawArrival
from inbox.models import Arrival, ArrivalState, Channel, new_id

_CHUNK = 500


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
