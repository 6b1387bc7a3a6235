"""The case page around its timeline: header, facts, proposals, what closing would leave open."""

from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from inbox import clocks, drafting, likely, linking, points, status_links
from inbox import facts as known
from inbox.access import Action, Person, may, visible_cases
from inbox.database import find
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.models import (
    Case,
    CaseStatus,
    Constituent,
    Draft,
    DraftState,
    Event,
    Message,
    StatusLink,
    View,
)
from inbox.titles import first_words
from inbox.web.staff.showing import (
    case_acts,
    clock_words,
    composer_page,
    enquiry_pages,
    hostile_words,
    points_words,
    reading_pane,
    surgeries,
)
from inbox.web.staff.showing import words as say
from inbox.web.views.case import CaseHeader, Fact, FactPanel, Match
from inbox.web.views.parts import Act, Link, Notice, Tone
from routing.words import Flag

_HELD = {"address": "for their address", "permission": "for their permission", "answer": "for their answer"}


def header(session: Session, desk: Desk, person: Person, case: Case) -> CaseHeader:
    """Who has it, since when, what can be done."""
    who = session.exec(select(Constituent.name).where(Constituent.id == case.constituent_id)).first()
    can = case_acts.on_case(session, desk, person, case)
    return CaseHeader(
        who=who or "",
        reference=case.reference,
        title=None if case.is_restricted else hostile_words.subject(case),
        heading=hostile_words.subject(case),
        status=say.STATUSES[CaseStatus(case.status)],
        holder=_holder(desk, case),
        badges=say.case_badges(case.priority, case.flags, case.language, case.kind, case.is_restricted),
        back=_back(desk, person, case),
        position=None,
        links=can.links,
        menus=can.menus,
        acts=can.acts,
        more=can.more,
    )


def facts(session: Session, desk: Desk, person: Person, case: Case, now: datetime) -> FactPanel:
    """The right-hand column."""
    url = f"/cases/{case.reference}"
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    words, link = _next_step(session, desk, case, now)
    is_reply = link is not None and "write=reply" in link.url
    if is_reply and not composer_page.may_begin(session, desk, person, case):
        words, link = "Somebody who may write on this channel writes to the person.", None
    kept = clocks.of_case(session, case)
    waits = clock_words.waiting(desk, case, now)
    status, acts = _status_page(session, desk, person, case)
    return FactPanel(
        next_step=words,
        next_link=link,
        clocks=((waits,) if waits else ()) + clock_words.of_case(desk, kept, now),
        facts=tuple(_facts(session, desk, person, case, who, url, now)),
        status_page=status,
        status_acts=acts,
        linked=_linked(session, person, case),
        link_acts=_link_acts(session, person, case),
        clocks_link=Link("Promises: pause, give more time", f"{url}/clocks"),
    )


def matches(session: Session, person: Person, case: Case) -> tuple[Match, ...]:
    """Messages of this case that may belong to another one."""
    found = reading_pane.proposal(session, person, case)
    if found is None or not may(person, Action.TRIAGE, case):
        return ()
    message, other = found
    url, fields = f"/cases/{case.reference}", (("message", message.id),)
    title = first_words(hostile_words.subject(other))
    words = f"This may belong to {other.reference}, {title}. {reading_pane.because(message)}"
    accept = Act(f"Put it with {other.reference}", f"{url}/accept-match", "y", fields)
    return (Match(words, accept, Act("It is a matter of its own", f"{url}/reject-match", None, fields)),)


def suspicions(session: Session, desk: Desk, person: Person, case: Case, now: datetime) -> tuple[Notice, ...]:
    """A status link that somebody tried with wrong answers, until it is looked into."""
    at = status_links.suspected_at(session, case, now)
    if at is None:
        return ()
    local = at.astimezone(desk.calendar.zone)
    words = (
        f"Five wrong answers were given at its check on {local.day} {local:%B, %H:%M}. It was locked for "
        "15 minutes. Ask the person, in a way that is safe for them. If it was not them, make a new link."
    )
    url = f"/cases/{case.reference}/status-link"
    acts = (Act("Make a new link", url), Act("It was them", f"{url}/clear"))
    able = may(person, Action.TRIAGE, case)
    return (Notice(words, Tone.SOON, "Somebody tried the status link", (), acts if able else ()),)


def alike(session: Session, person: Person, case: Case) -> tuple[Notice, ...]:
    """Another entry of what is likely the same person: shown to a human, never joined by machine."""
    if case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED) or not may(person, Action.TRIAGE, case):
        return ()
    found = likely.same_person(session, case, visible_cases(person))
    others = [(one, reason) for one, reason in found if one.constituent_id != case.constituent_id]
    if not others:
        return ()
    named = ", ".join(f"{one.reference} ({reason.lower()})" for one, reason in others[:3])
    look = tuple(Link(f"Read {one.reference}", f"/cases/{one.reference}") for one, _ in others[:3])
    add = Link("Add this case to another", f"/cases/{case.reference}/attach")
    return (Notice(f"{named}. Nothing was joined.", Tone.CALM, "Likely the same person", (*look, add)),)


def open_promises(session: Session, desk: Desk, case: Case, now: datetime) -> tuple[str, ...]:
    """What is still owed on this case, in words."""
    owed = [c for c in clocks.of_case(session, case) if clocks.is_open(c)]
    return tuple(f"{badge.title} ({badge.words.lower()})" for badge in clock_words.of_case(desk, owed, now))


def _holder(desk: Desk, case: Case) -> str:
    owner = desk.staff.get(case.assignee_id or "")
    team = next((name for name, key in desk.teams.items() if key == case.team_id), None)
    with_whom = (
        f"With {case.waiting_for}. " if case.status == CaseStatus.WAITING_BODY and case.waiting_for else ""
    )
    held = _HELD.get(case.waiting_for or "", "") if case.status == CaseStatus.WAITING_CONSTITUENT else ""
    named = f"Owner: {owner.name}" if owner else "Nobody has it yet"
    outcome = f"{say.OUTCOMES.get(case.outcome, '')}. " if case.outcome else ""
    return f"{with_whom}{f'Waiting {held}. ' if held else ''}{outcome}{named}{f', {team}' if team else ''}."


def _back(desk: Desk, person: Person, case: Case) -> Link:
    if desk.office.kind == "department":
        return Link(say.unsorted(desk.office.kind), "/official")
    if case.status == CaseStatus.NEW:
        return Link("To sort", f"/queue/to-sort#row-{case.reference}")
    if case.assignee_id == person.staff_id:
        return Link("Mine", f"/queue/mine#row-{case.reference}")
    return Link("All cases", "/queue/all")


def _next_step(session: Session, desk: Desk, case: Case, now: datetime) -> tuple[str, Link | None]:
    url = f"/cases/{case.reference}"
    query = select(Draft).where(
        Draft.case_id == case.id, col(Draft.state).not_in((DraftState.SENT, DraftState.WITHDRAWN))
    )
    draft = session.exec(query.order_by(col(Draft.id).desc())).first()
    if draft is not None and draft.state == DraftState.RETURNED:
        return "A draft was sent back. Read the note and change it.", Link(
            "Open the draft", f"{url}/drafts/{draft.number}"
        )
    if draft is not None and draft.state == DraftState.SUBMITTED:
        return "A text waits for sign-off.", Link("Read it", f"/approvals/{draft.id}")
    if draft is not None and draft.state == DraftState.QUEUED:
        return "A reply is on its way out. Until it has left it can be stopped under Sending.", None
    waits = enquiry_pages.next_step(session, desk, case, now)
    if waits is not None and waits[1] is not None:
        return waits
    if draft is not None and draft.provenance.get("source") == "update" and not draft.writers:
        return "Tell the person how it stands.", Link("Read the update", f"{url}/drafts/{draft.number}")
    if draft is not None:
        return "Finish the draft.", Link("Open the draft", f"{url}/drafts/{draft.number}")
    if waits is not None:
        return waits
    if case.status == CaseStatus.NEW:
        return "Say where it goes.", None
    if case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        return "Nothing. It is finished.", None
    if case.status == CaseStatus.WAITING_CONSTITUENT:
        return "Wait for the person.", None
    if case.assignee_id is None:
        return "Give it to somebody.", None
    if Flag.THREAT in case.flags:
        return "Decide with the safeguarding lead what happens.", None
    reply = Link("Reply", f"{url}?write=reply#text")
    if case.answered_at is None:
        return "Write to the person.", reply
    return _after_answer(session, desk, case, now, reply)


def _after_answer(
    session: Session, desk: Desk, case: Case, now: datetime, reply: Link
) -> tuple[str, Link | None]:  # fmt: skip
    """What is next once the person has our answer: the next word that was promised, else their turn."""
    zone, late = desk.office.time_zone, case.next_due_at
    if late is not None and late < now:
        return f"Answered. They were to hear from us again by {local_date(late, zone)}.", reply
    if (promised := status_links.next_word(session, case, now)) is not None:
        return f"Answered. They hear from us again by {local_date(promised, zone)}.", reply
    return "Answered. Wait for the person, or close it.", Link("Close", f"/cases/{case.reference}/close")


def _facts(
    session: Session, desk: Desk, person: Person, case: Case, who: Constituent | None, url: str,
    now: datetime,
) -> list[Fact]:  # fmt: skip
    found: list[Fact] = []
    if who is not None:
        handles = [one.address if one.confirmed_at else f"{one.address} (not checked)"
                   for one in known.handles_of(session, case)]  # fmt: skip
        able = may(person, Action.TRIAGE, case)
        place = ", ".join(part for part in (who.address, who.postcode) if part)
        lines = tuple(line for line in (who.name, place, *handles, who.phone) if line)
        change = Link("Change facts", f"{url}/facts", "e") if able else None
        found.append(Fact("Who", lines, say.constituency(who.constituency, who.postcode), change))
        if able:
            found.append(Fact("Addresses", (), None, Link("Add or check an address", f"{url}/addresses")))
        if who.safe_contact:
            found.append(
                Fact("Contact", tuple(f"{say.sentence(k)}: {v}" for k, v in who.safe_contact.items()))
            )
        if who.language == "cy":
            found.append(Fact("Language", ("Welsh",)))
    found += enquiry_pages.facts(session, desk, person, case, now)
    if case.topics:
        found.append(Fact("Topic", (", ".join(say.topic(topic) for topic in case.topics),)))
    if case.outcome and case.outcome_note:
        found.append(Fact("Why it ended", (case.outcome_note,)))
    score = points.of_case(case)
    found.append(Fact("Order", (f"{points_words.total(score)} points", points_words.because(score))))
    events = session.exec(select(func.count()).select_from(Event).where(Event.case_id == case.id)).one()
    views = session.exec(select(func.count()).select_from(View).where(View.case_id == case.id)).one()
    found.append(
        Fact(
            "History",
            (f"{_count(events, 'event')}, {_count(views, 'view')}",),
            None,
            Link("All of it", f"{url}/history"),
        )
    )
    found.append(Fact("Why here", (), None, Link("Read by the rules", f"{url}/why")))
    found.append(Fact("Paper", (), None, Link("Print", f"{url}/print")))
    found.append(Fact("Consent", (), None, Link("Form to sign", f"{url}/consent-form")))
    for when, where in surgeries.next_words(session, case, desk.calendar.zone, now):
        found.append(Fact("Appointment", (when,), None, Link("The surgery", where)))
    return found


def _status_page(session: Session, desk: Desk, person: Person, case: Case) -> tuple[str, tuple[Act, ...]]:
    query = select(StatusLink).where(StatusLink.case_id == case.id, ~col(StatusLink.is_closed))
    links = session.exec(query.order_by(col(StatusLink.id).desc())).all()
    able = may(person, Action.TRIAGE, case)
    url = f"/cases/{case.reference}/status-link"
    if "domestic-abuse" in case.flags:
        return "Off: contact may not be safe.", ()
    new = (Act("New link", url),) if able else ()
    if not links:
        return "No link was given.", new
    seen = max((link.seen_at for link in links if link.seen_at), default=None)
    words = f"On. Last seen {local_date(seen, desk.office.time_zone)}." if seen else "On. Not opened yet."
    return words, (*new, *((Act("Switch it off", f"{url}/close"),) if able else ()))


def _linked(session: Session, person: Person, case: Case) -> tuple[Link, ...]:
    kinds = linking.of_case(session, case)
    apart = or_(col(Case.merged_into).is_(None), col(Case.merged_into) != case.id)
    named = select(Case).where(col(Case.id).in_(list(kinds)), apart, visible_cases(person))
    found = [_to(row, say.LINKS[kinds[row.id]]) for row in session.exec(named.order_by(col(Case.id)))]
    if case.constituent_id is not None:
        query = select(Case).where(
            Case.constituent_id == case.constituent_id, Case.id != case.id, visible_cases(person),
            col(Case.id).not_in(list(kinds)), col(Case.id) != (case.merged_into or ""),
            col(Case.merged_into).is_(None),
        )  # fmt: skip
        rows = session.exec(query.order_by(col(Case.id).desc()).limit(5)).all()
        found += [_to(row, "Same person") for row in rows]
    if case.merged_into:
        target = session.exec(select(Case).where(Case.id == case.merged_into, visible_cases(person))).first()
        if target is not None:
            found.insert(0, Link(f"It went on as {target.reference}", f"/cases/{target.reference}"))
    return tuple(found)


def _to(row: Case, how: str) -> Link:
    """A case in a list of others; of a restricted one its reference only."""
    title = "" if row.is_restricted else f", {first_words(hostile_words.subject(row), 60)}"
    return Link(f"{how}: {row.reference}{title}", f"/cases/{row.reference}")


def _link_acts(session: Session, person: Person, case: Case) -> tuple[Act, ...]:
    """What takes a link off again."""
    if not may(person, Action.TRIAGE, case):
        return ()
    keys = list(linking.of_case(session, case))
    names = session.exec(select(Case.reference).where(col(Case.id).in_(keys), visible_cases(person)))
    url = f"/cases/{case.reference}/links"
    return tuple(Act(f"Take off the link with {name}", f"{url}/{name}/off") for name in sorted(names))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def answering(session: Session, draft: Draft) -> Message | None:
    """The message that a draft answers; for a letter to a body, the newest that the person wrote."""
    if draft.enquiry_id:
        return drafting.newest_inbound(session, find(session, Case, draft.case_id))
    return session.exec(select(Message).where(Message.id == draft.answers)).first() if draft.answers else None
