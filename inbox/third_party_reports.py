"""What a reporting system may see of its own reports: service, status, dates, place. No name, no words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from connectors.open311 import reports, shapes, submissions
from connectors.open311.submissions import Submission
from inbox.errors import CaseworkError
from inbox.models import Arrival, Case, CaseStatus, Channel, Event, EventKind, Message
from inbox.storage import Store

_ENDED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)
_REQUEST = "request/"
_TOLD = {EventKind.CLOSED: "CLOSED", EventKind.CASE_REOPENED: "OPEN"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports; empty means any."""

    numbers: tuple[str, ...] = ()
    services: frozenset[str] = frozenset()
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    most: int = 1000


def is_kept(session: Session, channel_id: str, external_id: str) -> bool:
    """Whether this came through the channel before."""
    query = select(Arrival.id).where(
        Arrival.channel_id == channel_id, Arrival.external_id == external_id[:512]
    )
    return session.exec(query).first() is not None


def rows(session: Session, store: Store, channel: Channel, wanted: Wanted) -> list[dict[str, str]]:
    """The channel's reports in GeoReport's fields, newest first."""
    found = []
    for arrival, case in _asked(session, channel, wanted):
        row = _row(arrival, case, _submission(store, arrival))
        if wanted.services and row["service_code"] not in wanted.services:
            continue
        if not wanted.status or row["status"] in {one.strip() for one in wanted.status.split(",")}:
            found.append(row)
    return found


def changes(
    session: Session, channel_id: str, since: datetime, until: datetime, *, most: int
) -> list[dict[str, str]]:
    """When the cases of the channel's reports were finished or taken up again, oldest first."""
    query: Any = (
        select(Event, Arrival.external_id)
        .join(Message, col(Message.case_id) == Event.case_id)
        .join(Arrival, col(Arrival.message_id) == Message.id)
        .where(
            Arrival.channel_id == channel_id, col(Arrival.external_id).startswith(_REQUEST, autoescape=True)
        )
        .where(col(Event.kind).in_(list(_TOLD)), Event.at >= since, Event.at <= until)
        .order_by(col(Event.at), col(Event.id))
        .limit(most)
    )
    return [
        {
            "update_id": f"{event.id}", "service_request_id": external_id.removeprefix(_REQUEST),
            "status": _TOLD[EventKind(event.kind)], "updated_datetime": shapes.written(event.at),
            "description": "", "media_url": "",
        }
        for event, external_id in session.exec(query)
    ]  # fmt: skip


def _asked(session: Session, channel: Channel, wanted: Wanted) -> Sequence[tuple[Arrival, Case | None]]:
    query: Any = (
        select(Arrival, Case)
        .outerjoin(Message, col(Message.id) == Arrival.message_id)
        .outerjoin(Case, col(Case.id) == Message.case_id)
        .where(Arrival.channel_id == channel.id)
    )
    if wanted.numbers:
        query = query.where(col(Arrival.external_id).in_([_REQUEST + one[:200] for one in wanted.numbers]))
    else:
        query = query.where(col(Arrival.external_id).startswith(_REQUEST, autoescape=True))
    if wanted.since:
        query = query.where(Arrival.received_at >= wanted.since)
    if wanted.until:
        query = query.where(Arrival.received_at <= wanted.until)
    found: Sequence[tuple[Arrival, Case | None]] = session.exec(
        query.order_by(col(Arrival.id).desc()).limit(wanted.most)
    ).all()
    return found


def _row(arrival: Arrival, case: Case | None, told: Submission) -> dict[str, str]:
    is_ended = case is not None and case.status in _ENDED
    changed_at = case.closed_at if case is not None and is_ended and case.closed_at else arrival.received_at
    place = reports.place_told(told)
    return {
        "service_request_id": arrival.external_id.removeprefix(_REQUEST),
        "status": "closed" if is_ended else "open",
        "service_name": told.one("our service_name"),
        "service_code": told.one("service_code"),
        "requested_datetime": shapes.written(arrival.received_at),
        "updated_datetime": shapes.written(changed_at),
        "address": place.get("address", ""),
        "lat": place.get("lat", ""),
        "long": place.get("long", ""),
    }


def _submission(store: Store, arrival: Arrival) -> Submission:
    """What was reported; nothing where its bytes are gone, as after a deletion."""
    try:
        return submissions.unpacked(store.get(arrival.office_id, arrival.raw_hash))
    except (CaseworkError, ValueError):
        return Submission({})
