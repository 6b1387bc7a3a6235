"""Rules on change and on time, office by office; and the web addresses that rules want called."""

from datetime import datetime, timedelta

from connectors.contract import ConnectorFailure, OutcomeUnknown, TemporaryFailure
from inbox import jobs, rules_at_work
from inbox.database import find
from inbox.desk import open_desk, rules_of
from inbox.errors import Unavailable
from inbox.models import CallState, Case, Office, RuleCall
from inbox.rules import calls
from inbox.worker.node import Node, each_office
from routing.rules import Trigger

_MOST_TURNS = 20
"""Transactions that the rules of one office get at one firing, each with `rules_at_work.AT_A_TIME` cases."""
_MOST_ATTEMPTS = 6
_PAUSE = timedelta(seconds=30)
_TOO_OLD = timedelta(days=1)


@each_office
def read_changes(node: Node, office_id: str) -> None:
    """The rules that are read when a case changes."""
    for _ in range(_MOST_TURNS):
        with node.database.read(office_id) as session:
            waits = rules_at_work.has_news(session, rules_of(session))
        if not waits:
            break
        with node.database.write(office_id) as session:
            rules_at_work.on_change(session, open_desk(session, node.line.tools), now=node.now())
        node.database.give_way()


@each_office
def read_time(node: Node, office_id: str) -> None:
    """The rules that are read as time passes."""
    with node.database.read(office_id) as session:
        is_asked = rules_at_work.has(rules_of(session), Trigger.TIME)
        is_working = is_asked and open_desk(session, node.line.tools).calendar.is_working(node.now())
    turns = _MOST_TURNS if is_working else 0
    while turns:
        with node.database.write(office_id) as session:
            rules_at_work.on_time(session, open_desk(session, node.line.tools), now=node.now())
        node.database.give_way()
        with node.database.read(office_id) as session:
            turns = turns - 1 if rules_at_work.is_midway(session) else 0


def call_due(node: Node) -> None:
    """Every call that is due; each with no transaction open while it is under way."""
    with node.database.write() as session:
        now = node.shared_now(session)
        claimed = jobs.claim(session, jobs.JobKind.CALL, now, node.line.lease, limit=20)
    for job in claimed:
        try:
            _call(node, job)
        except Unavailable:
            continue  # the lease runs out and the job is taken up again


def _call(node: Node, job: jobs.ClaimedJob) -> None:
    now = node.now()
    with node.database.write(job.office_id) as session:
        row = find(session, RuleCall, job.subject_id)
        office = session.get_one(Office, job.office_id)
        case = find(session, Case, row.case_id)
        if row.state == CallState.WAITING and (because := _why_never(row, case, now)):
            row.state, row.trouble, row.ended_at = CallState.FAILED, because, now
        if row.state != CallState.WAITING:
            jobs.finish(session, job, now)
            return
        if office.sending_paused:
            jobs.put_off(session, job, node.shared_now(session) + _PAUSE * 10, "sending is paused")
            return
        # Should this process end under way, it is not known whether they were told: nobody tells them twice.
        row.state, row.attempts = CallState.UNKNOWN, row.attempts + 1
        address = node.line.tools.keys.open(row.address, row.id)
        secret = calls.secret_of(session, node.line.tools.keys, row.rule_id)
        row.is_signed = secret is not None
        news = _news(node, case, row)
    failure, answered = None, None
    try:
        from connectors import webhook  # with its http client: few offices have such a rule

        answered = webhook.call(
            address, news, row.id, at=now, secret=secret, allow_private=node.settings.private_hosts
        )
    except ConnectorFailure as trouble:
        failure = trouble
    _settle(node, job, failure, answered)


def _why_never(row: RuleCall, case: Case, now: datetime) -> str | None:
    """What ends a call before anybody is told; None while it may be made. Hours can lie between the two."""
    if now - row.queued_at > _TOO_OLD:
        return "it waited for too long"
    return calls.RESTRICTED if case.is_restricted else None


def _settle(node: Node, job: jobs.ClaimedJob, failure: ConnectorFailure | None, answered: int | None) -> None:
    now = node.now()
    with node.database.write(job.office_id) as session:
        row = find(session, RuleCall, job.subject_id)
        row.trouble, row.answered = failure.reason if failure else None, answered
        if isinstance(failure, TemporaryFailure) and row.attempts < _MOST_ATTEMPTS:
            row.state = CallState.WAITING
            jobs.put_off(session, job, node.shared_now(session) + _PAUSE * 2**row.attempts, failure.reason)
            return
        row.ended_at = now
        if not isinstance(failure, OutcomeUnknown):
            row.state = CallState.FAILED if failure else CallState.DONE
        jobs.finish(session, job, now)


def _news(node: Node, case: Case, row: RuleCall) -> dict[str, object]:
    """What they are told: which case and where it stands, never what anybody wrote."""
    return {
        "call": row.id,
        "rule": row.rule,
        "version": row.version,
        "case": case.reference,
        "url": f"{node.line.tools.base_url.rstrip('/')}/cases/{case.reference}",
        "status": case.status,
        "kind": case.kind,
        "priority": case.priority,
        "topics": list(case.topics),
        "at": row.queued_at.isoformat(),
    }
