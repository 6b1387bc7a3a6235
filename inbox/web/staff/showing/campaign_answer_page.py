"""The answer to a campaign as pages show it: what would leave, and how far it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from inbox import drafting, letters, signoff
from inbox.access import Action, Person, may
from inbox.answering import counting, preparing, writing
from inbox.campaigns.counting import Count
from inbox.campaigns.holding import WHY, HeldBack, Member
from inbox.desk import Desk
from inbox.models import AnswerState, Campaign, CampaignAnswer
from inbox.web.staff.showing import campaign_pages, sending_page
from inbox.web.views.approvals import ApprovalRow
from inbox.web.views.campaigns import AnswerCheckPage, AnswerProgressPage
from inbox.web.views.parts import Act, Badge, Link, Notice, Problem, Shell, Tone

_LETTERS = {
    "queued": "wait to leave",
    "sending": "are leaving now",
    "retrying": "will be tried again",
    "sent": "were sent",
    "delivered": "were delivered",
    "failed": "could not be delivered",
    "bounced": "came back",
    "stopped": "were stopped",
    "unknown": "may or may not have left: a person must look",
}


_TO_LEAVE = frozenset({"queued", "sending", "retrying"})


def check(
    session: Session, desk: Desk, person: Person, campaign: Campaign, answer: CampaignAnswer,
    members: Sequence[Member], found: Count, *, shell: Shell, listed: int, refusal: str | None,
    problems: tuple[Problem, ...], named: tuple[str, ...],
) -> AnswerCheckPage:  # fmt: skip
    """The page before the yes: it names the number and the effect. `named`: who does not get it, and why."""
    url = f"/campaigns/{campaign.slug}/answer"
    letter = preparing.sample(desk, answer, members[0]) if members else None
    can = refusal is None and may(person, Action.SEND)
    digest = writing.digest_of(session, answer)
    return AnswerCheckPage(
        shell=shell,
        title=campaign.title,
        heading=_heading(answer, listed, can=can),
        effects=_effects(desk, answer, listed),
        sample_of=members[0].name if members else "each person",
        subject=letter[0] if letter else answer.subject,
        text=letter[1] if letter else answer.text,
        reasons=named,
        code=digest[:4].upper(),
        act=_yes(url, answer, digest, listed) if can else _ask(url, answer),
        refusal=Notice(refusal, Tone.REVIEW) if refusal else None,
        edit=Link("Change the words", url),
        return_url=f"{url}/return" if _may_return(person, answer) else None,
        problems=problems,
    )


def waiting(
    session: Session, desk: Desk, person: Person
) -> tuple[tuple[ApprovalRow, ...], tuple[ApprovalRow, ...]]:
    """Answers to campaigns that wait for a yes: this person's, and somebody else's."""
    query = (
        select(CampaignAnswer, Campaign)
        .join(Campaign, col(Campaign.id) == CampaignAnswer.campaign_id)
        .where(CampaignAnswer.state == AnswerState.SUBMITTED)
        .order_by(col(CampaignAnswer.id))
    )
    yours: list[ApprovalRow] = []
    others: list[ApprovalRow] = []
    for answer, campaign in session.exec(query.limit(50)):
        author = desk.staff.get(answer.author_id or "")
        mine = signoff.may_approve(desk, answer, person.staff_id or "") is None
        (yours if mine and may(person, Action.APPROVE) else others).append(
            ApprovalRow(
                url=f"/campaigns/{campaign.slug}/answer/check",
                title=f"Answer to a campaign: {campaign.title}",
                reference=campaign_pages.say_people(len(counting.listed(session, answer))),
                written_by=author.name if author else "another program",
                submitted_at=answer.updated_at.astimezone(desk.calendar.zone),
                sends_as=letters.sender_name(desk, answer.identity),
                badges=(Badge("Campaign", Tone.CALM, "feed"),),
                clock=None,
            )
        )
    return tuple(yours), tuple(others)


def returned(desk: Desk, answer: CampaignAnswer | None) -> str | None:
    """Who sent the answer back, and why."""
    if answer is None or not answer.returned_note:
        return None
    who = desk.staff.get(answer.returned_by or "")
    return f"{who.name if who else 'Somebody'}: {answer.returned_note}"


def progress(
    session: Session, desk: Desk, person: Person, campaign: Campaign, answer: CampaignAnswer, *,
    shell: Shell, now: datetime, zone: ZoneInfo,
) -> AnswerProgressPage:  # fmt: skip
    """How many letters are made and gone, what was left out, and the stop."""
    states = counting.recipients(session, answer)
    made, of = states.get("queued", 0), sum(states.values())
    outbox = counting.letters(session, answer)
    is_over = answer.state != AnswerState.PREPARING and not _TO_LEAVE & outbox.keys()
    url = f"/campaigns/{campaign.slug}"
    return AnswerProgressPage(
        shell=shell,
        title=campaign.title,
        back=Link(campaign.title, url),
        state=_state(answer, is_over=is_over),
        words=f"{made} of {of} letters made",
        made=made,
        of=of,
        lines=(
            *_lines(session, desk, answer, outbox, now, zone),
            *(_late_wait(session, desk, answer, now) if campaign.answers_late else ()),
        ),
        subject=answer.subject,
        text=answer.text,
        acts=_acts(campaign, url, is_over=is_over) if may(person, Action.SEND) else (),
        loaded_at=now,
        refresh=Link("Refresh", f"{url}/answer"),
    )


def _state(answer: CampaignAnswer, *, is_over: bool) -> Badge:
    if answer.state == AnswerState.PREPARING:
        return Badge("Letters are being made", Tone.REVIEW, "clock")
    return Badge("Finished", Tone.OK, "tick") if is_over else Badge("Ready", Tone.OK)


def _heading(answer: CampaignAnswer, listed: int, *, can: bool) -> str:
    people = campaign_pages.say_people(listed)
    waits = answer.state == AnswerState.SUBMITTED and not can
    return f"This answer to {people} waits for sign-off" if waits else f"Send this to {people}?"


def _effects(desk: Desk, answer: CampaignAnswer, listed: int) -> tuple[str, ...]:
    waits = sending_page.stretch(writing.UNDO_TIMES * desk.office.undo_seconds)
    name = desk.office.name
    if answer.identity != drafting.OFFICE and answer.identity in desk.staff:
        name = desk.staff[answer.identity].name
    return (
        f"{listed} letters leave, one to each person. Nobody sees another person’s name or address.",
        f"They go out in the name of {name}.",
        f"Nothing leaves for {waits}. Until then you can stop all of them.",
        "Whoever is flagged, answered or taken off the pile meanwhile is left out.",
    )


def _yes(url: str, answer: CampaignAnswer, digest: str, listed: int) -> Act:
    label = f"Send {listed} emails, one to each person" if listed != 1 else "Send 1 email"
    return Act(label, f"{url}/approve", fields=(("digest", digest),), main=True)


def _ask(url: str, answer: CampaignAnswer) -> Act | None:
    if answer.state != AnswerState.DRAFT:
        return None
    return Act("Send for sign-off", f"{url}/submit", main=True)


def _may_return(person: Person, answer: CampaignAnswer) -> bool:
    return answer.state == AnswerState.SUBMITTED and may(person, Action.APPROVE)


def _lines(
    session: Session, desk: Desk, answer: CampaignAnswer, outbox: Mapping[str, int], now: datetime,
    zone: ZoneInfo,
) -> tuple[str, ...]:  # fmt: skip
    approver = desk.staff.get(answer.approved_by or "")
    lines = [f"Approved by {approver.name}." if approver else "Approved."]
    if answer.leaves_at is not None:
        at = answer.leaves_at.astimezone(zone)
        verb = "They leave from" if at > now else "They left from"
        lines.append(f"{verb} {at:%H:%M} on {at.day} {at:%B}.")
    lines += [f"{number} {_LETTERS.get(state, state)}." for state, number in outbox.items()]
    for why, number in counting.left_out(session, answer).items():
        words = WHY[HeldBack(why)] if why in set(HeldBack) else "left the pile"
        lines.append(f"{campaign_pages.say_people(number)} left out: {words}.")
    return tuple(lines)


def _late_wait(session: Session, desk: Desk, answer: CampaignAnswer, now: datetime) -> tuple[str, ...]:
    """Why copies that come late get nothing although that is switched on."""
    found = writing.ran_out(session, desk, answer, now)
    return (*found, "Late copies wait until you write another answer.") if found else ()


def _acts(campaign: Campaign, url: str, *, is_over: bool) -> tuple[Act, ...]:
    """Stop, while there is something to stop; and what late copies get."""
    late = "off" if campaign.answers_late else "on"
    words = "Stop answering late copies" if campaign.answers_late else "Answer late copies with it too"
    stop = Act("Stop all that has not left", f"{url}/answer/stop", "z")
    return (*(() if is_over else (stop,)), Act(words, f"{url}/late", fields=(("switch", late),)))
