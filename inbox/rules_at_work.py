"""Rules on cases that are there already: read when people change a case, and as time passes.

Nothing runs in a ring: what a rule did is no change to rules, a rule on time does its part once until it has
ceased to hold, and a case that rules change too often is left to people for an hour.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select, text

from inbox import alerts, clocks, points, risks, triage
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.models import (
    Case,
    ChainHead,
    Constituent,
    Decision,
    Direction,
    Event,
    EventKind,
    Message,
    Rule,
    RuleFiring,
    RuleProgress,
)
from inbox.models.case import OPEN
from inbox.rules.following import follow
from routing.engine import CompiledRules, Considered, decide
from routing.engine import Decision as Verdict
from routing.facts import CaseFacts
from routing.rules import CaseStatus as Status
from routing.rules import Trigger
from routing.words import ConstituencyState, Flag, Kind, Language, MessageKind, Priority, Topic

MOST_EVENTS = 500
AT_A_TIME = 25
"""Cases of one transaction: who else wants to write waits for no more than these."""
MOST_AN_HOUR = 20
"""How often rules may act on one case in an hour."""

CHANGED_BY: Mapping[str, frozenset[str]] = {
    EventKind.ASSIGNED: frozenset({"person"}),
    EventKind.MOVED: frozenset({"team"}),
    EventKind.PRIORITY_CHANGED: frozenset({"priority"}),
    EventKind.STATUS_CHANGED: frozenset({"status"}),
    EventKind.CLOSED: frozenset({"status"}),
    EventKind.CASE_REOPENED: frozenset({"status"}),
    EventKind.MARKED_JUNK: frozenset({"kind"}),
    EventKind.MARKED_NOT_JUNK: frozenset({"kind"}),
    EventKind.CAMPAIGN_JOINED: frozenset({"campaign"}),
    EventKind.CAMPAIGN_LEFT: frozenset({"campaign"}),
    EventKind.FACTS_CHANGED: frozenset(),
}
"""What people change on a case, by the event that says so; FACTS_CHANGED names its field."""
_FACTS = {"flags": "flag", "topics": "topic", "topic": "topic", "kind": "kind", "priority": "priority",
          "language": "language", "constituency": "constituency", "postcode": "constituency"}  # fmt: skip


def has(rules: CompiledRules, trigger: Trigger) -> bool:
    """Whether any of the rules is read then."""
    return any(one.rule.trigger is trigger for one in rules.rules)


def has_news(session: Session, rules: CompiledRules) -> bool:
    """Whether `on_change` has anything to do."""
    read = session.exec(select(RuleProgress.events_read)).first() or 0
    if not has(rules, Trigger.CHANGE):
        return read > 0
    return (session.exec(select(ChainHead.sequence)).first() or 0) > read


def is_midway(session: Session) -> bool:
    """Whether `on_time` has read some of the open cases and goes on from there."""
    return bool(session.exec(select(RuleProgress.cases_read)).first())


def on_change(session: Session, desk: Desk, *, now: datetime) -> int:
    """Reads the rules on change for what people did next to the cases whose turn it is; how many of these
    they acted on.

    The first time it only notes where the history stands.
    """
    progress = _progress(session)
    if not has(desk.rules, Trigger.CHANGE):
        progress.events_read = 0
        return 0
    if progress.events_read == 0:
        progress.events_read = session.exec(select(ChainHead.sequence)).first() or 0
        return 0
    query = select(Event).where(Event.sequence > progress.events_read).order_by(col(Event.sequence))
    changed: dict[str, set[str]] = {}
    for event in session.exec(query.limit(MOST_EVENTS)):
        names = changed_by(event) if event.case_id else frozenset()
        if names and event.case_id not in changed and len(changed) == AT_A_TIME:
            break
        progress.events_read = event.sequence
        if event.case_id and names:
            changed.setdefault(event.case_id, set()).update(names)
    of_these = select(Case).where(col(Case.id).in_(list(changed)), col(Case.merged_into).is_(None))
    cases = session.exec(of_these).all() if changed else []
    ids = _ids(session) if cases else {}
    return sum(
        _read(session, desk, case, Trigger.CHANGE, ids, now, changed=frozenset(changed[case.id]))
        for case in cases
    )


def on_time(session: Session, desk: Desk, *, now: datetime) -> int:
    """Reads the rules on time for the next open cases, in turn; how many of them they acted on.

    Only while the office works: nobody is told of anything at midnight.
    """
    if not has(desk.rules, Trigger.TIME) or not desk.calendar.is_working(now):
        return 0
    progress = _progress(session)
    query = select(Case).where(text(OPEN), Case.id > progress.cases_read, Case.kind != Kind.SPAM)
    cases = session.exec(query.order_by(col(Case.id)).limit(AT_A_TIME)).all()
    progress.cases_read = cases[-1].id if len(cases) == AT_A_TIME else ""
    ids = _ids(session) if cases else {}
    return sum(_read(session, desk, case, Trigger.TIME, ids, now) for case in cases)


def facts_of(
    session: Session, desk: Desk, case: Case, now: datetime, changed: Collection[str] = (), *,
    until: str | None = None,
) -> CaseFacts:  # fmt: skip
    """A case as rules see it after it was opened: its newest words (`until`: those before this id), and what
    people made of it."""
    query = select(Message).where(Message.case_id == case.id, Message.direction == Direction.INBOUND)
    if until is not None:
        query = query.where(Message.id < until)
    message = session.exec(query.order_by(col(Message.id).desc()).limit(1)).first()
    owner, channel = desk.staff.get(case.assignee_id or ""), desk.channels.get(case.channel_id or "")
    running = [one for one in clocks.of_case(session, case) if clocks.is_open(one)]
    teams = {team: name for name, team in desk.teams.items()}
    return CaseFacts(
        received=case.received_at,
        subject=case.subject,
        text=message.said if message else "",
        from_address=message.sender_handle if message else "",
        from_name=message.sender_name if message else "",
        to=tuple(message.recipients) if message else (),
        channel=desk.address_kind(channel) if channel else "email",
        message_kind=MessageKind(message.kind) if message else MessageKind.MESSAGE,
        kind=Kind(case.kind),
        topics=tuple(Topic(topic) for topic in case.topics if topic in list(Topic)),
        flags=frozenset(Flag(flag) for flag in case.flags if flag in list(Flag)),
        language=Language(case.language),
        priority=Priority(case.priority),
        constituency=_constituency(session, case),
        campaign=case.campaign,
        changed=frozenset(changed),
        status=Status(case.status),
        team=teams.get(case.team_id or ""),
        person=owner.email if owner else None,
        clock=tuple(clocks.reading(desk, one, now).state for one in running),
        last_heard=message.received_at if message else None,
        updated=case.updated_at,
        next_due=case.next_due_at,
        message_count=case.message_count,
        sample=triage.drawn(message.id) if message else None,
    )


def _read(
    session: Session, desk: Desk, case: Case, trigger: Trigger, ids: Mapping[str, str], now: datetime,
    changed: frozenset[str] = frozenset(),
) -> bool:  # fmt: skip
    """Reads the rules, whose ids `ids` knows by their names, over one case and does what follows; whether
    anything did."""
    holding = {row.rule_id: row for row in _holding(session, case)} if trigger is Trigger.TIME else {}
    done = {name for name, rule_id in ids.items() if rule_id in holding}
    facts = facts_of(session, desk, case, now, changed)
    verdict = decide(facts, desk.rules, now=now, calendar=desk.calendar, trigger=trigger, done=done)
    matched = [one for one in verdict.considered if one.matched]
    for rule_id, row in holding.items():
        row.holds = any(ids.get(name) == rule_id for name in verdict.still)
    if not matched or _too_often(session, case, now):
        return False
    for one in matched:
        session.add(_firing(case, one, ids[one.rule], trigger, now))
    _act(session, desk, case, facts, verdict, matched, now)
    return True


def _act(
    session: Session, desk: Desk, case: Case, facts: CaseFacts, verdict: Verdict, matched: list[Considered],
    now: datetime,
) -> None:  # fmt: skip
    """Does to the case what the rules said, with one event; when the case last changed stays as it was."""
    before = (case.team_id, case.assignee_id, case.priority)
    if verdict.team is not None:
        case.team_id = desk.teams.get(verdict.team, case.team_id)
    if verdict.person is not None:
        case.assignee_id = triage.person_for(session, desk, case, verdict.person, now) or case.assignee_id
    if verdict.priority is not facts.priority:
        triage.set_priority(case, verdict.priority)
    case.kind = verdict.kind or case.kind
    case.topics = [str(topic) for topic in verdict.topics]
    flags = list(case.flags)
    case.flags = sorted({*flags, *(str(flag) for flag in verdict.flags)})
    risks.follow(session, case, flags)
    case.is_restricted = case.is_restricted or Flag.RESTRICTED in verdict.flags
    points.settle(case)
    case.version += 1
    for order in verdict.clocks:
        if order.kind not in {one.kind for one in clocks.of_case(session, case) if clocks.is_open(one)}:
            clocks.start(session, desk, case, order, received_at=now, now=now, actor=SYSTEM)
    fields = sorted({name for one in matched for name, _ in one.set})
    record(session, case, EventKind.RULE_APPLIED, SYSTEM, now=now, rules=[one.rule for one in matched],
           versions=[one.version for one in matched], set=fields, before=list(before))  # fmt: skip
    follow(session, desk, case, verdict, now=now)
    if verdict.notify:
        session.flush()
        alerts.of_case(session, desk, case, verdict.notify, now=now)


def _firing(case: Case, one: Considered, rule_id: str, trigger: Trigger, now: datetime) -> RuleFiring:
    return RuleFiring(
        office_id=case.office_id,
        case_id=case.id,
        rule_id=rule_id,
        trigger=trigger,
        trace={name: getattr(one, name) for name in one.__slots__},
        holds=trigger is Trigger.TIME,
        fired_at=now,
    )


def _holding(session: Session, case: Case) -> Iterable[RuleFiring]:
    return session.exec(select(RuleFiring).where(RuleFiring.case_id == case.id, col(RuleFiring.holds))).all()


def _too_often(session: Session, case: Case, now: datetime) -> bool:
    """Whether rules acted on this case so often that people must look first; said once in the history."""
    since = now - timedelta(hours=1)
    acted = select(func.count()).select_from(RuleFiring)
    if (
        session.exec(acted.where(RuleFiring.case_id == case.id, RuleFiring.fired_at > since)).one()
        < MOST_AN_HOUR
    ):
        return False
    said = select(Event.id).where(
        Event.case_id == case.id, Event.kind == EventKind.RULES_STOPPED, Event.at > since
    )
    if session.exec(said).first() is None:
        record(session, case, EventKind.RULES_STOPPED, SYSTEM, now=now)
    return True


def changed_by(event: Event) -> frozenset[str]:
    """What an event changed, in the words of rules; nothing for what rules did themselves."""
    if event.detail.get("rule") or event.detail.get("rules"):
        return frozenset()
    if event.kind == EventKind.FACTS_CHANGED:
        name = _FACTS.get(str(event.detail.get("field")))
        return frozenset({name} if name else ())
    return CHANGED_BY.get(event.kind, frozenset())


def _constituency(session: Session, case: Case) -> ConstituencyState:
    person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    if person is not None and person.postcode_typed:
        return ConstituencyState.CONFIRMED
    query = select(Decision).where(Decision.case_id == case.id).order_by(col(Decision.decided_at).desc())
    last = session.exec(query.limit(1)).first()
    said = last.trace.get("constituency") if last else None
    return ConstituencyState(str(said)) if said in list(ConstituencyState) else ConstituencyState.UNKNOWN


def _progress(session: Session) -> RuleProgress:
    row = session.exec(select(RuleProgress)).first()
    if row is None:
        row = RuleProgress(office_id=session.info["office"])
        session.add(row)
    return row


def _ids(session: Session) -> dict[str, str]:
    return {name: rule_id for rule_id, name in session.exec(select(Rule.id, Rule.name))}
