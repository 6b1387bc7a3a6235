"""The reading pane: what came, where it could go and why, and what else can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from inbox import campaigns, clocks, holds, presence
from inbox.access import Action, Person, may, may_know
from inbox.desk import Desk
from inbox.models import Case, CaseStatus, Channel, Constituent, Decision, Message
from inbox.web.staff.showing import (
    availability,
    clock_words,
    dangers,
    hostile_words,
    restricted,
    timeline,
    trace_words,
)
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Act, Choice, Link, Menu, Notice, Tone
from inbox.web.views.queue import Reading, Suggestion

SHOWN = 3
_MOST_PILES = 12


def reading(
    session: Session, desk: Desk, person: Person, case: Case, now: datetime, *, back: str, close_url: str
) -> Reading:
    """The open case. `back` names the list that an act returns to."""
    rows = timeline.with_last_letter(session, case, timeline.messages_of(session, case, limit=SHOWN))
    zone = desk.calendar.zone
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    name = who.name if who else case.reference
    channel = session.exec(select(Channel).where(Channel.id == case.channel_id)).first()
    kind = rows[-1].kind if rows else None
    word, icon = say.channel(channel.kind if channel else None, kind)
    return Reading(
        reference=case.reference,
        title=case.reference if case.is_restricted else f"{case.reference} {name}",
        who=name,
        via=word,
        channel_icon=icon,
        public=say.is_public(channel.kind if channel else None, kind),
        standing=say.constituency(who.constituency, who.postcode) if who else None,
        promise=clock_words.next_of(desk, case, clocks.of_case(session, case), now),
        badges=say.case_badges(case.priority, case.flags, case.language, case.kind, case.is_restricted),
        messages=timeline.shown(session, case, rows, zone, now),
        earlier=max(0, case.message_count - len(rows)),
        suggestions=suggestions(session, desk, person, case, back, proposal(session, person, case), now),
        menus=menus(session, desk, person, case, back) if may(person, Action.TRIAGE, case) else (),
        acts=acts(person, case, back),
        links=(Link("Reply", f"/cases/{case.reference}?write=reply#text", "r"),
               Link("Add to a case", f"/cases/{case.reference}/attach?back={back}", "c"),
               Link("Done", f"/cases/{case.reference}/close", "d")),
        notices=(*dangers.notices(session, desk, person, case), *restricted.notices(desk, case),
                 *held(person, case)),
        why_url=f"/cases/{case.reference}/why",
        full_url=f"/cases/{case.reference}",
        close_url=close_url,
        presence=presence.others(session, person, case.id, now),
        no_pile=no_pile(session, person, case),
    )  # fmt: skip


def proposal(session: Session, person: Person, case: Case) -> tuple[Message, Case] | None:
    """A message of this case that may belong to another one that the reader may know."""
    query = select(Message).where(Message.case_id == case.id, col(Message.proposed_case_id).is_not(None))
    message = session.exec(query.order_by(col(Message.id).desc())).first()
    if message is None:
        return None
    other = session.exec(select(Case).where(Case.id == message.proposed_case_id)).first()
    return (message, other) if other is not None and may_know(person, other) else None


def suggestions(
    session: Session, desk: Desk, person: Person, case: Case, back: str,
    matched: tuple[Message, Case] | None, now: datetime,
) -> tuple[Suggestion, ...]:  # fmt: skip
    """Up to three places where it could go, each with its reason; `y`, `1`, `2`, `3` take them."""
    if not may(person, Action.TRIAGE, case):
        return ()
    found: list[tuple[Act, str]] = []
    url = f"/cases/{case.reference}"
    if matched is not None:
        message, other = matched
        label = f"Add to {other.reference}, {hostile_words.subject(other)[:60]}"
        act = Act(label, f"{url}/accept-match?back={back}", fields=(("message", message.id),))
        found.append((act, because(message)))
    if case.kind == "spam":
        decision = session.exec(select(Decision).where(Decision.case_id == case.id)).first()
        found.append(
            (
                Act("Not junk", f"{url}/not-junk?back={back}"),
                f"It was set aside. {trace_words.reason(decision)}",
            )
        )
    elif case.status == CaseStatus.NEW:
        teams = {team_id: name for name, team_id in desk.teams.items()}
        place = [teams.get(case.team_id or ""), _name(desk, case.assignee_id)]
        named = ", ".join(part for part in place if part)
        decision = session.exec(select(Decision).where(Decision.case_id == case.id)).first()
        if named:
            fields = (("team", case.team_id or ""), ("person", case.assignee_id or ""))
            label = f"{named}, {say.URGENCIES[case.priority]}"
            reason = trace_words.urgency(session, case) or trace_words.reason(decision)
            found.append((Act(label, f"{url}/file?back={back}", fields=fields), reason))
        taught = trace_words.suggested_team(decision)
        if taught is not None and taught[0] in teams and taught[0] != case.team_id:
            act = Act(teams[taught[0]], f"{url}/file?back={back}", fields=(("team", taught[0]),))
            found.append((act, taught[1]))
        if case.assignee_id != person.staff_id:
            offer = "Nobody has it yet." if not case.assignee_id else "If it is better with you."
            found.append(
                (
                    _take(url, person, back),
                    offer if named else f"{trace_words.reason(decision)} {offer}".strip(),
                )
            )
    elif is_nobodys(case):
        found.append((_take(url, person, back), "Nobody has it yet."))
    elif owner_away(desk, case, now) and case.assignee_id != person.staff_id:
        found.append((_take(url, person, back), f"{_name(desk, case.assignee_id)} has it and is away."))
    keys = ("y 1", "2", "3")
    return tuple(
        Suggestion(replace(act, key=key, main=number == 0), reason)
        for number, ((act, reason), key) in enumerate(zip(found, keys, strict=False))
    )


def _take(url: str, person: Person, back: str) -> Act:
    return Act("Take it myself", f"{url}/file?back={back}", fields=(("person", person.staff_id or ""),))


def owner_away(desk: Desk, case: Case, now: datetime) -> bool:
    """Whether it is in the hands of somebody who is not here."""
    owner = desk.staff.get(case.assignee_id or "")
    today = desk.calendar.day_of(now)
    return owner is not None and availability.is_away(owner.away_from, owner.away_until, today)


def is_nobodys(case: Case) -> bool:
    """Sorted, but in nobody's hands."""
    return case.status == CaseStatus.OPEN and case.assignee_id is None


def because(message: Message) -> str:
    """Why a case is proposed."""
    words = {
        "reply_address": "It answers our own letter on that case.",
        "references": "It answers a message of that case.",
        "same_person": "The same person has that case open. Two matters are never joined without you.",
        "unknown_sender": "It answers a message of that case, from an address we do not know there.",
        "failed_dmarc": "It answers a message of that case, but may not be from whom it says.",
    }
    return words.get(message.proposed_because or "", "It may be about the same matter. You decide.")


def menus(session: Session, desk: Desk, person: Person, case: Case, back: str) -> tuple[Menu, ...]:
    """Move, urgency, give to, hold; the pile of a campaign for a message that nobody has begun on."""
    url = f"/cases/{case.reference}"
    teams = tuple(
        Choice(team_id, name, team_id == case.team_id) for name, team_id in sorted(desk.teams.items())
    )
    found = [Menu("Move", f"{url}/move?back={back}", "team", teams, "m")] if teams else []
    urgencies = tuple(Choice(value, label, value == case.priority) for value, label in say.URGENCIES.items())
    found.append(Menu("Urgency", f"{url}/priority?back={back}", "priority", urgencies, "p"))
    if may(person, Action.ASSIGN, case):
        found.append(Menu("Give to", f"{url}/assign?back={back}", "person", people(desk, person), "a"))
    holding = (
        Choice("address", "Until they send their address"),
        Choice("permission", "Until they give permission"),
        Choice("answer", "Until they answer us"),
    )
    found.append(Menu("Hold", f"{url}/hold?back={back}", "until", holding, "h"))
    if not no_pile(session, person, case):
        open_piles = campaigns.open_campaigns(session, person)[:_MOST_PILES]
        choices = tuple(Choice(one.slug, one.title) for one in open_piles)
        found.append(Menu("Pile", f"{url}/pile?back={back}", "campaign", choices, "b"))
    return tuple(found)


def no_pile(session: Session, person: Person, case: Case) -> str:
    """Why a message goes on no pile; empty where it may."""
    if case.campaign is not None:
        return "It is on a pile already"
    if case.status != CaseStatus.NEW:
        return "Only a message that is not sorted yet goes on a pile"
    return "" if campaigns.open_campaigns(session, person) else "No campaign is open, so there is no pile"


def people(desk: Desk, person: Person) -> tuple[Choice, ...]:
    """Whom a case can be given to, oneself first."""
    others = sorted(
        (one for one in desk.staff.values() if one.is_active and one.id != person.staff_id),
        key=lambda one: one.name,
    )
    able = [one for one in others if {"caseworker", "official", "manager"} & set(one.roles)]
    return (Choice(person.staff_id or "", "Me"), *(Choice(one.id, one.name) for one in able))


def acts(person: Person, case: Case, back: str) -> tuple[Act, ...]:
    """Not ours, or junk; the way back from junk is a suggestion in the pane."""
    if not may(person, Action.TRIAGE, case):
        return ()
    url = f"/cases/{case.reference}"
    if case.kind == "spam":
        return () if back else (Act("Not junk", f"{url}/not-junk?back={back}"),)
    found: tuple[Act, ...] = ()
    if may(person, Action.DRAFT, case):
        found = (Act("Not ours", f"{url}/not-ours", "n"),)
    if not {"threat", "self-harm"} & set(case.flags):
        found += (Act("Junk", f"{url}/junk?back={back}", "q"),)
    return found


def held(person: Person, case: Case) -> tuple[Notice, ...]:
    """Which rule holds the case for a person and why, with the button that lets it go."""
    if not holds.is_held(case):
        return ()
    words = f"{holds.in_words(case)} No reply leaves until somebody has looked and lets it go."
    links = (Link("Why?", f"/cases/{case.reference}/why"),)
    acts = (Act("Let it go", f"/cases/{case.reference}/let-go"),) if may(person, Action.TRIAGE, case) else ()
    return (Notice(words, Tone.REVIEW, f"Held by the rule “{case.held_by}”", links, acts),)


def _name(desk: Desk, staff_id: str | None) -> str | None:
    found = desk.staff.get(staff_id or "")
    return found.name if found else None


def names(choices: Sequence[Choice]) -> Mapping[str, str]:
    return {choice.value: choice.label for choice in choices}
