"""Rows as the shapes of the REST interface, in a few queries whatever the length of the list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from fastapi import Response
from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select

from inbox import channels, clocks, draft_checks, drafting, holds, points, signoff
from inbox import files as stored
from inbox.access import Person, speaks_of, visible_cases
from inbox.desk import Desk
from inbox.history import COMMITMENT
from inbox.models import (
    Approval,
    Arrival,
    Attachment,
    Case,
    Channel,
    Clock,
    Constituent,
    Delivery,
    Draft,
    Event,
    Message,
)
from inbox.models import Decision as Trace
from inbox.web.api import shapes
from inbox.web.dependencies import etag


def case(
    session: Session, desk: Desk, person: Person, row: Case, now: datetime, response: Response
) -> shapes.CaseShape:
    """One case as it is now, what was changed so far included; its version goes into the answer's ETag."""
    session.flush()
    response.headers.update(etag(row.version))
    return cases(session, desk, person, [row], now)[0]


def cases(
    session: Session, desk: Desk, person: Person, rows: Sequence[Case], now: datetime
) -> list[shapes.CaseShape]:
    """Cases with their people and clocks, in the order given; one `person` may not know stays unnamed."""
    for row in rows:
        speaks_of(session, row)
    people = _by_id(session, Constituent, (row.constituent_id for row in rows))
    running: dict[str, list[shapes.ClockShape]] = {}
    wanted = col(Clock.case_id).in_([row.id for row in rows])
    for clock in session.exec(select(Clock).where(wanted).order_by(col(Clock.due_at))):
        running.setdefault(clock.case_id, []).append(_clock(desk, clock, now))
    teams = {team_id: name for name, team_id in desk.teams.items()}
    merged = _references(session, (row.merged_into for row in rows), visible_cases(person))
    return [
        shapes.CaseShape(
            reference=row.reference,
            subject=row.subject,
            status=row.status,
            kind=row.kind,
            priority=row.priority,
            topics=row.topics,
            flags=row.flags,
            language=row.language,
            team=teams.get(row.team_id or ""),
            assignee=_staff(desk, row.assignee_id),
            channel=_channel(desk, row.channel_id),
            constituent=_person(people.get(row.constituent_id or "")),
            campaign=row.campaign,
            clocks=running.get(row.id, []),
            points=_points(row),
            message_count=row.message_count,
            waiting_for=row.waiting_for,
            held=_hold(row),
            outcome=row.outcome,
            merged_into=merged.get(row.merged_into or ""),
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]


def messages(
    session: Session, desk: Desk, person: Person, rows: Sequence[Message]
) -> list[shapes.MessageShape]:
    """Messages with their files, in the order given; a case that `person` may not know stays unnamed."""
    files: dict[str, list[shapes.AttachmentShape]] = {}
    wanted = col(Attachment.message_id).in_([row.id for row in rows])
    for file in session.exec(select(Attachment).where(wanted).order_by(col(Attachment.id))):
        files.setdefault(file.message_id, []).append(_file(file))
    named = [one for row in rows for one in (row.case_id, row.proposed_case_id)]
    references = _references(session, named, visible_cases(person))
    return [
        shapes.MessageShape(
            id=row.id,
            case=references.get(row.case_id or ""),
            direction=row.direction,
            channel=_channel(desk, row.channel_id),
            kind=row.kind,
            sender=shapes.SenderShape(name=row.sender_name, handle=row.sender_handle),
            recipients=row.recipients,
            subject=row.subject,
            text=row.text,
            new_text=row.new_text,
            attachments=files.get(row.id, []),
            language=row.language,
            machine=row.machine,
            warnings=row.warnings,
            external_id=row.external_id,
            forwarded_by=row.forwarded_by,
            copies=row.copies,
            proposed_case=references.get(row.proposed_case_id or ""),
            sent_at=row.sent_at,
            received_at=row.received_at,
        )
        for row in rows
    ]


def event(row: Event) -> shapes.EventShape:
    return shapes.EventShape(
        id=row.id,
        sequence=row.sequence,
        kind=row.kind,
        actor=row.actor_name or row.actor_kind,
        public=row.is_public,
        detail={key: value for key, value in row.detail.items() if key != COMMITMENT},
        at=row.at,
    )


def decision(row: Trace) -> shapes.DecisionShape:
    trace: Mapping[str, object] = row.trace
    considered = trace.get("considered")
    return shapes.DecisionShape.model_validate(
        {
            "message": row.message_id,
            "decided_at": row.decided_at,
            "evidence": trace.get("evidence") or {},
            "considered": considered or [],
        }
    )


def draft(session: Session, desk: Desk, row: Draft, case: Case, now: datetime) -> shapes.DraftShape:
    returned = (
        select(Approval.note)
        .where(Approval.draft_id == row.id, ~col(Approval.is_yes), col(Approval.void_at).is_(None))
        .order_by(col(Approval.id).desc())
    )
    delivery = session.exec(select(Delivery.id).where(Delivery.draft_id == row.id)).first()
    return shapes.DraftShape(
        id=row.id,
        case=case.reference,
        number=row.number,
        channel=_channel(desk, row.channel_id),
        form=row.form,
        state=row.state,
        subject=row.subject,
        text=row.text,
        recipients=row.recipients,
        identity=row.identity,
        attachments=row.attachments,
        files=[_file(one) for one in stored.of_draft(session, row)],
        steps=signoff.steps(desk, row),
        digest=drafting.digest(session, row),
        provenance=shapes.ProvenanceShape.model_validate(row.provenance),
        problems=draft_checks.problems(session, desk, row, now),
        note=session.exec(returned.limit(1)).first(),
        delivery=delivery,
        held_by=row.holder_id,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def deliveries(session: Session, desk: Desk, rows: Sequence[Delivery]) -> list[shapes.DeliveryShape]:
    references = _references(session, (row.case_id for row in rows))
    return [
        shapes.DeliveryShape(
            id=row.id,
            case=references.get(row.case_id or ""),
            draft=row.draft_id,
            message=row.message_id,
            channel=_channel(desk, row.channel_id) or "removed",
            purpose=row.purpose,
            state=row.state,
            recipients=row.recipients,
            attempts=row.attempts,
            trouble=row.trouble,
            evidence=row.evidence,
            external_id=row.outgoing_id,
            queued_at=row.queued_at,
            next_at=row.next_at,
            sent_at=row.sent_at,
        )
        for row in rows
    ]


def arrival(desk: Desk, row: Arrival) -> shapes.ArrivalShape:
    return shapes.ArrivalShape(
        id=row.id,
        channel=_channel(desk, row.channel_id) or "removed",
        external_id=row.external_id,
        state=row.state,
        size=row.size,
        attempts=row.attempts,
        trouble=row.trouble,
        message=row.message_id,
        received_at=row.received_at,
        kept_at=row.kept_at,
    )


def channel(row: Channel, now: datetime) -> shapes.ChannelShape:
    health = shapes.HealthShape(
        state=channels.health(row, now),
        since=row.failing_since or row.created_at,
        last_ok_at=row.last_ok_at,
        message=channels.trouble(row),
    )
    return shapes.ChannelShape(id=row.id, kind=row.kind, name=row.name, mode=row.mode, health=health)


def _clock(desk: Desk, clock: Clock, now: datetime) -> shapes.ClockShape:
    reading = clocks.reading(desk, clock, now)
    return shapes.ClockShape(kind=clock.kind, state=reading.state, due_at=reading.due_at)


def _hold(row: Case) -> shapes.HoldShape | None:
    if not holds.is_held(row):
        return None
    return shapes.HoldShape(rule=row.held_by or "", because=holds.in_words(row))


def _points(row: Case) -> shapes.PointsShape:
    found = points.of_case(row)
    parts = [shapes.PointShape(why=part.why, points=part.points) for part in found.parts]
    return shapes.PointsShape(total=found.total, parts=parts)


def _person(row: Constituent | None) -> shapes.ConstituentShape | None:
    if row is None:
        return None
    return shapes.ConstituentShape(
        id=row.id, name=row.name, postcode=row.postcode, constituency=row.constituency
    )


def _file(row: stored.Outgoing) -> shapes.AttachmentShape:
    return shapes.AttachmentShape(
        id=row.id, filename=row.filename, content_type=row.content_type, size=row.size, scan=row.scan
    )


def _staff(desk: Desk, staff_id: str | None) -> str | None:
    person = desk.staff.get(staff_id or "")
    return person.email if person else None


def _channel(desk: Desk, channel_id: str | None) -> str | None:
    row = desk.channels.get(channel_id or "")
    return row.kind if row else None


def _by_id(session: Session, kind: type[Constituent], keys: Iterable[str | None]) -> dict[str, Constituent]:
    wanted = sorted({key for key in keys if key})
    return {row.id: row for row in session.exec(select(kind).where(col(kind.id).in_(wanted)))}


def _references(
    session: Session, keys: Iterable[str | None], known: ColumnElement[bool] | None = None
) -> dict[str, str]:
    wanted = sorted({key for key in keys if key})
    if not wanted:
        return {}
    query = select(Case.id, Case.reference).where(
        col(Case.id).in_(wanted), true() if known is None else known
    )
    return dict(session.exec(query).all())
