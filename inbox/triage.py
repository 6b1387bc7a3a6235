"""From a message to where it goes: facts, the office's rules, a decision with its reasons."""

import zlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Select, bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from inbox import holds, points
from inbox.areas import table_for
from inbox.database import office_of
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.models import Case, CaseStatus, Constituent, Decision, EventKind, Message, Staff
from routing import engine
from routing.assessment import Assessment, MessageFacts, assess
from routing.copies import Copy
from routing.engine import Considered
from routing.engine import Decision as Verdict
from routing.facts import CaseFacts
from routing.signals import Evidence
from routing.taking import Waiting, is_away, may_take
from routing.words import RISK_FLAGS, Flag, Kind, Language, Machine, MessageKind, Priority


@dataclass(frozen=True, slots=True)
class Triage:
    """What a message is and what the rules make of it."""

    assessment: Assessment
    verdict: Verdict


def consider(
    session: Session, desk: Desk, message: Message, case: Case | None, known: Constituent | None,
    *, attachment_types: tuple[str, ...], now: datetime, copy: Copy | None = None,
    campaign: str | None = None, stated_postcode: str | None = None,
) -> Triage:  # fmt: skip
    """Reads a message and asks the rules. `known`: its writer, if they wrote before; `copy`: how it differs
    from the text of its campaign. A copy that hides somebody's own matter is casework to the rules.
    `stated_postcode`: one that its writer typed into a field of its own. Changes nothing."""
    told = facts_of(desk, message, attachment_types, stated_postcode)
    assessment = copy.as_read if copy else assess(told, table_for(session, desk.office), desk.learned)
    if copy is not None and assessment is not copy.assessment:
        campaign = None
    open_cases, all_cases = _history(session, known, case)
    facts = rule_facts(
        desk, message, assessment, campaign=campaign, attachment_types=attachment_types,
        score=_likeness(copy, message) if copy else None, open_cases=open_cases,
        previous_cases=all_cases - open_cases,
    )  # fmt: skip
    return Triage(assessment, engine.decide(facts, desk.rules, now=now, calendar=desk.calendar))


def rule_facts(
    desk: Desk, message: Message, assessment: Assessment, *, campaign: str | None,
    attachment_types: tuple[str, ...], open_cases: int, previous_cases: int, score: float | None = None,
) -> CaseFacts:  # fmt: skip
    """A message with what it was taken for, as rules see it when it arrives."""
    return CaseFacts(
        received=message.received_at,
        subject=message.subject or "",
        text=message.said,
        from_address=message.sender_handle,
        from_name=message.sender_name,
        to=tuple(message.recipients),
        channel=_channel_kind(desk, message),
        message_kind=MessageKind(message.kind),
        machine=Machine(message.machine) if message.machine else None,
        kind=assessment.kind,
        topics=tuple(assessment.topics),
        flags=frozenset(assessment.flags),
        language=assessment.language,
        priority=assessment.priority,
        constituency=assessment.constituency,
        campaign=campaign,
        attachment_types=attachment_types,
        score=score,
        open_cases=open_cases,
        previous_cases=previous_cases,
        sample=drawn(message.id),
    )


def _likeness(copy: Copy, message: Message) -> float:
    """How much of a copy is the words of its campaign, 0 to 100."""
    words = len(message.said.split())
    return round(100 * (1 - min(copy.differences.added_words, words) / max(words, 1)), 1)


def drawn(message_id: str) -> int:
    """A number from 0 to 99 that is the message's own: by chance, and the same whenever it is asked for."""
    return zlib.crc32(message_id.encode()) % 100


def facts_of(
    desk: Desk, message: Message, attachment_types: tuple[str, ...] = (), stated_postcode: str | None = None
) -> MessageFacts:
    """A message as triage reads it."""
    return MessageFacts(
        channel=_channel_kind(desk, message),
        from_name=message.sender_name,
        from_address=message.sender_handle,
        subject=message.subject or "",
        text=message.said,
        machine=Machine(message.machine) if message.machine else None,
        received_at=message.received_at,
        attachments=attachment_types,
        stated_postcode=stated_postcode,
    )


def place(
    session: Session, desk: Desk, case: Case, triage: Triage, message: Message, *, now: datetime
) -> None:
    """Gives a new case its kind, team, person, priority, topics and flags, and keeps the trace."""
    verdict = triage.verdict
    case.kind = verdict.kind or Kind.CASEWORK
    _raise_priority(case, verdict.priority, always=True)
    case.topics = [str(topic) for topic in verdict.topics]
    case.flags = sorted(str(flag) for flag in verdict.flags)
    message.risks = _risks(verdict)
    case.is_title_hidden = Flag.THREAT in message.risks
    points.settle(case)
    case.language = triage.assessment.language
    case.team_id = desk.teams.get(verdict.team or "")
    case.assignee_id = person_for(session, desk, case, verdict.person, now)
    _keep_trace(session, case, message, triage, now)
    record(session, case, EventKind.ROUTED, SYSTEM, now=now, message=message.id, case_kind=case.kind,
           priority=case.priority, team=case.team_id, assignee=case.assignee_id, topics=case.topics,
           flags=case.flags, rules=[one.rule for one in verdict.considered if one.matched])  # fmt: skip


def heed(session: Session, case: Case, triage: Triage, message: Message, *, now: datetime) -> None:
    """A further message on a case: it may raise the alarm or be held, and never moves or lowers anything."""
    verdict = triage.verdict
    flags = sorted({*case.flags, *(str(flag) for flag in verdict.flags if flag is not Flag.WELSH)})
    message.risks = _risks(verdict)
    raised = verdict.priority in (Priority.IMMEDIATE, Priority.PRIORITY)
    if raised:
        raised = _raise_priority(case, verdict.priority)
    _keep_trace(session, case, message, triage, now)
    holds.hold(session, case, verdict, now=now)
    if raised or flags != case.flags:
        case.flags = flags
        points.settle(case)
        record(session, case, EventKind.ROUTED, SYSTEM, now=now, message=message.id, priority=case.priority,
               flags=flags, rules=[one.rule for one in verdict.considered if one.matched])  # fmt: skip


def heed_own_words(case: Case, message: Message, own: Assessment) -> None:
    """A case that is lifted off a pile gets the urgency and the flags of its writer's own words; it is a
    person's matter, so never low, and nothing is lowered or taken away."""
    case.flags = sorted({*case.flags, *(str(flag) for flag in own.flags if flag is not Flag.WELSH)})
    message.risks = sorted({*message.risks, *(str(flag) for flag in own.flags & RISK_FLAGS)})
    _raise_priority(case, min(own.priority, Priority.STANDARD, key=lambda one: one.rank))
    points.settle(case)


def _risks(verdict: Verdict) -> list[str]:
    """The dangers to people that were seen in one message."""
    return sorted(str(flag) for flag in verdict.flags & RISK_FLAGS)


def trace_of(triage: Triage) -> dict[str, object]:
    """The reasons as plain data: the evidence for each answer and each rule considered."""
    evidence = {
        name: [_plain(one) for one in found] for name, found in triage.assessment.because.items() if found
    }
    return {
        "evidence": evidence,
        "postcode": triage.assessment.postcode,
        "constituency": triage.assessment.constituency,
        "split": triage.assessment.split,
        "hidden_casework": triage.assessment.hidden_casework,
        "acknowledge": triage.verdict.acknowledge,
        "draft": triage.verdict.draft,
        "considered": [_plain(one) for one in triage.verdict.considered],
    }


def _plain(found: Evidence | Considered) -> dict[str, object]:
    """One reason as plain data; its fields are words, numbers and tuples of words already."""
    return {name: getattr(found, name) for name in found.__slots__}


def set_priority(case: Case, priority: Priority) -> None:
    """Sets the word and the sort key that follows from it."""
    case.priority = priority
    points.settle(case)


def _raise_priority(case: Case, priority: Priority, *, always: bool = False) -> bool:
    if not always and priority.rank >= Priority(case.priority).rank:
        return False
    set_priority(case, priority)
    return True


def _channel_kind(desk: Desk, message: Message) -> str:
    channel = desk.channels.get(message.channel_id or "")
    return channel.settings.get("reads_as", desk.address_kind(channel)) if channel else "email"


def _history(session: Session, person: Constituent | None, case: Case | None) -> tuple[int, int]:
    """How many cases of this person are open, and how many there are, this one left out."""
    if person is None:
        return 0, 0
    asked = {"office": office_of(session), "person": person.id, "without": case.id if case else ""}
    counts = dict(session.connection().execute(_cases_of_person(), asked).all())
    ended = counts.get(CaseStatus.RESOLVED, 0) + counts.get(CaseStatus.CLOSED, 0)
    return sum(counts.values()) - ended, sum(counts.values())


@cache
def _cases_of_person() -> Select[str, int]:
    """Built once: making it anew costs more than asking it."""
    return (
        select_columns(col(Case.status), func.count())
        .where(col(Case.office_id) == bindparam("office"), col(Case.constituent_id) == bindparam("person"))
        .where(col(Case.id) != bindparam("without"))
        .group_by(col(Case.status))
    )


def person_for(session: Session, desk: Desk, case: Case, wanted: str | None, now: datetime) -> str | None:
    """The staff id that a rule named: by address, or whoever of the team is here, may take such a case, and
    has the fewest open ones."""
    if wanted is None:
        return None
    if wanted != engine.ROUND_ROBIN:
        found = (
            person for person in desk.staff.values() if person.email == wanted.lower() and person.is_active
        )
        return next((person.id for person in found), None)
    members = [desk.staff[one] for one in desk.members.get(case.team_id or "", ()) if one in desk.staff]
    return _least_busy(session, _able(desk, case, members, desk.calendar.day_of(now)))


def _able(desk: Desk, case: Case, members: list[Staff], today: date) -> list[Staff]:
    """Those who are at work and may take this case; where nobody may, those who are at work."""
    everybody = [desk.worker(one) for one in desk.staff.values() if one.is_active]
    here = [one for one in members if one.is_active and not is_away(desk.worker(one), today)]
    waiting = Waiting(tuple(case.topics), case.language, case.team_id, case.priority, frozenset(case.flags))
    return [one for one in here if may_take(waiting, desk.worker(one), everybody, today)] or here


def _least_busy(session: Session, candidates: list[Staff]) -> str | None:
    if not candidates:
        return None
    session.flush()  # so that the cases of one batch are shared out as well
    query = (
        select(Case.assignee_id, func.count())
        .where(
            col(Case.assignee_id).in_([person.id for person in candidates]),
            col(Case.status).not_in((CaseStatus.RESOLVED, CaseStatus.CLOSED)),
        )
        .group_by(col(Case.assignee_id))
    )
    load = dict(session.exec(query).all())
    return min(candidates, key=lambda person: (load.get(person.id, 0), person.id)).id


def _keep_trace(session: Session, case: Case, message: Message, triage: Triage, now: datetime) -> None:
    session.add(
        Decision(
            office_id=case.office_id,
            message_id=message.id,
            case_id=case.id,
            decided_at=now,
            trace=trace_of(triage),
        )
    )


def language_of(person: Constituent | None, assessment: Assessment) -> Language:
    """The language to answer in: what they wrote in, else what they prefer."""
    if assessment.language is Language.WELSH:
        return Language.WELSH
    return Language(person.language) if person else Language.ENGLISH
