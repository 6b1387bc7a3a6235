"""The web addresses that rules call: what signs the calls, what became of them, and a call made again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from inbox import jobs
from inbox.database import locked
from inbox.desk import rule_in
from inbox.errors import Conflict, NotFound
from inbox.history import Actor, record
from inbox.models import CallState, Case, EventKind, Rule, RuleCall, RuleSecret, new_id
from inbox.secrets import SecretKeys, new_token

SHOWN = 100
RESTRICTED = "the case is restricted"
"""Why nobody is told of a case, as the list of calls says it."""
_CAN_BE_REPEATED = (CallState.FAILED, CallState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Called:
    """One call and the case it was about; `reference` None for a case that the reader may not know."""

    call: RuleCall
    reference: str | None


def make_secret(session: Session, keys: SecretKeys, rule: Rule, *, now: datetime, actor: Actor) -> str:
    """A new secret for a rule's calls, in place of the one before. It is given out here and never again."""
    old = session.exec(select(RuleSecret).where(RuleSecret.rule_id == rule.id)).first()
    if old is not None:
        session.delete(old)
        session.flush()
    secret, row_id = f"whsec_{new_token()}", new_id()
    row = RuleSecret(
        id=row_id, office_id=rule.office_id, rule_id=rule.id, name=rule.name,
        sealed=keys.seal(secret, row_id), made_at=now, made_by=actor.name,
    )  # fmt: skip
    session.add(row)
    record(session, None, EventKind.RULE_SECRET_MADE, actor, now=now, rule_id=rule.id)
    return secret


def first_secret(
    session: Session, keys: SecretKeys, rule: Rule, *, now: datetime, actor: Actor
) -> str | None:
    """The secret of a rule that calls an address and has none yet, so that no call leaves unsigned; None for
    any other rule."""
    if rule_in(rule).then.webhook is None or secret_made(session, rule.id) is not None:
        return None
    return make_secret(session, keys, rule, now=now, actor=actor)


def secret_made(session: Session, rule_id: str) -> RuleSecret | None:
    """When and by whom a rule's secret was made, if it has one."""
    return session.exec(select(RuleSecret).where(RuleSecret.rule_id == rule_id)).first()


def secret_of(session: Session, keys: SecretKeys, rule_id: str | None) -> str | None:
    """What signs the calls of a rule; None while nobody made one."""
    row = secret_made(session, rule_id) if rule_id else None
    return keys.open(row.sealed, row.id) if row else None


def latest(
    session: Session, visible: ColumnElement[bool], *, rule_id: str | None = None, limit: int = SHOWN
) -> list[Called]:
    """The newest calls, of one rule or of all; a case outside `visible` stays unnamed."""
    query = select(RuleCall)
    if rule_id is not None:
        query = query.where(RuleCall.rule_id == rule_id)
    rows: Sequence[RuleCall] = session.exec(query.order_by(col(RuleCall.id).desc()).limit(limit)).all()
    named = select(Case.id, Case.reference).where(col(Case.id).in_([one.case_id for one in rows]), visible)
    references = dict(session.exec(named).all())
    return [Called(one, references.get(one.case_id)) for one in rows]


def call_again(
    session: Session, call_id: str, visible: ColumnElement[bool], *, now: datetime, actor: Actor
) -> RuleCall:
    """A person wants a call made once more, under the same key.

    Raises NotFound for one about a case outside `visible`, and Conflict for one that waits, was answered, or
    is about a case that is restricted.
    """
    row = session.exec(locked(session, select(RuleCall).where(RuleCall.id == call_id), fresh=True)).first()
    query = select(Case).where(Case.id == row.case_id, visible) if row else None
    case = session.exec(query).first() if query is not None else None
    if row is None or case is None:
        raise NotFound
    if row.state not in _CAN_BE_REPEATED or case.is_restricted:
        raise Conflict("This call cannot be made again. Look at the page again.")
    row.state, row.attempts, row.queued_at = CallState.WAITING, 0, now
    row.trouble, row.ended_at, row.answered = None, None, None
    jobs.add(session, jobs.JobKind.CALL, row.office_id, [row.id], now)
    record(session, case, EventKind.RULE_CALLED_AGAIN, actor, now=now, call=row.id)
    return row
