"""What follows from a decision besides its place: links, web addresses to call, a hold."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from inbox import holds, jobs, linking
from inbox.database import savepoint
from inbox.desk import Desk
from inbox.history import SYSTEM
from inbox.models import CallState, Case, CaseStatus, LinkKind, Rule, RuleCall, new_id
from inbox.rules import calls
from routing.engine import Call, Decision
from routing.rule_words import host_of

MOST_LINKS = 5
MOST_CALLS_AN_HOUR = 600
"""Past this an office's rules call nobody for a while: something runs in a ring, or a storm of mail."""
TOO_MANY = "too many calls in an hour"


def follow(session: Session, desk: Desk, case: Case, verdict: Decision, *, now: datetime) -> None:
    """Does it, in the caller's transaction; a call leaves after its commit."""
    holds.hold(session, case, verdict, now=now)
    if verdict.link:
        _link(session, case, now)
    if verdict.calls:
        session.flush()
        for call in verdict.calls:
            _queue(session, desk, case, call, now)


def _link(session: Session, case: Case, now: datetime) -> None:
    """With the person's other open cases, the newest of them; never with one that not all may know."""
    if case.constituent_id is None or case.is_restricted:
        return
    session.flush()
    linked = linking.of_case(session, case)
    query = select(Case).where(
        Case.constituent_id == case.constituent_id,
        Case.id != case.id,
        col(Case.is_restricted).is_(False),
        col(Case.status).not_in((CaseStatus.RESOLVED, CaseStatus.CLOSED)),
    )
    for other in session.exec(query.order_by(col(Case.id).desc()).limit(MOST_LINKS)):
        if other.id not in linked:
            linking.link(session, case, other, LinkKind.RELATED, now=now, actor=SYSTEM)


def _queue(session: Session, desk: Desk, case: Case, call: Call, now: datetime) -> None:
    row_id = new_id()
    rule = session.exec(select(Rule).where(Rule.name == call.rule)).first()
    if rule is not None:
        with suppress(IntegrityError), savepoint(session):  # two that call at once make one secret
            calls.first_secret(session, desk.keys, rule, now=now, actor=SYSTEM)
    row = RuleCall(
        id=row_id,
        rule_id=rule.id if rule else None,
        office_id=case.office_id,
        case_id=case.id,
        rule=call.rule[:120],
        version=call.version,
        address=desk.keys.seal(call.address, row_id),
        host=host_of(call.address),
        queued_at=now,
    )
    if case.is_restricted:
        row.state, row.trouble, row.ended_at = CallState.FAILED, calls.RESTRICTED, now
    elif _called_lately(session, now) >= MOST_CALLS_AN_HOUR:
        row.state, row.trouble, row.ended_at = CallState.FAILED, TOO_MANY, now
    else:
        jobs.add(session, jobs.JobKind.CALL, case.office_id, [row_id], now)
    session.add(row)
    session.flush()


def _called_lately(session: Session, now: datetime) -> int:
    query = select(func.count()).select_from(RuleCall).where(RuleCall.queued_at > now - timedelta(hours=1))
    return session.exec(query).one()
