"""A text becomes a campaign: founded when enough people sent it, its template the text most of them sent."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from inbox import clocks, triage
from inbox.areas import table_for
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.models import Campaign, CampaignCopy, Case, CaseStatus, Constituent, EventKind, Message, Reading
from inbox.recall import MOST_MEMBERS, KnownText, Recall, gist_of_letter, gist_of_words
from inbox.triage import facts_of
from routing.campaigns import subject_key
from routing.copies import (
    Copy,
    Nature,
    makes_a_campaign,
    may_make_a_campaign,
    nature_of,
    read_copy,
    template_of,
)
from routing.rules import ClockOrder
from routing.words import ClockKind, Kind, Priority

SETTLED = 3
"""Word-for-word copies after which the template stays what it is."""
_LOOKED_AT = (3, 6, 12, 25)
_EACH = 12
_EVERY = 4
"""Of letters that are alike and no campaign yet each is looked at up to so many, then every fourth."""
_TEAM = "Campaigns"
_GATHERED = frozenset({Kind.CASEWORK, Kind.POLICY_VIEW, Kind.OFFICE, Kind.THANK_YOU, Kind.NOT_OURS})
"""What a copy may have been taken for before it was known as one."""
_MATTERS = frozenset({Kind.CASEWORK, Kind.NOT_OURS})


def found_if_due(
    session: Session, desk: Desk, text: KnownText, message: Message, writer: Constituent | None,
    known: Recall, *, now: datetime,
) -> None:  # fmt: skip
    """Makes a text a campaign if `message` is the copy that makes it one, and gathers the earlier copies."""
    if not _is_due(text.copies + 1):
        return
    members = _members(session, text, known, now)
    letters = [*(one for _, one in members), message]
    senders = [one.constituent_id or one.sender_handle for one in letters[:-1]]
    senders.append(writer.id if writer else message.sender_handle)
    gists = [gist_of_letter(known, one) for one in letters]
    if not may_make_a_campaign(senders, gists):
        return
    chosen = template_of(gists)
    template = letters[chosen]
    if not makes_a_campaign(senders, gists, gists[chosen], _nature(session, desk, text, template)):
        return
    known.flush(session)
    title = _title([one.subject for one in letters], template)
    campaign = Campaign(
        office_id=desk.office.id, slug=_free_slug(session, title), title=title, template=template.new_text,
        template_id=template.id, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    record(session, None, EventKind.CAMPAIGN_FOUND, SYSTEM, now=now, campaign=campaign.id)
    for copy, member in members:
        _gather(session, desk, campaign, copy, member, now)
    text.campaign, text.copies, text.members = campaign, len(members), None


def _nature(session: Session, desk: Desk, text: KnownText, template: Message) -> Nature:
    """What the letter is, read once however many are like it."""
    if template.id not in text.natures:
        text.natures[template.id] = nature_of(facts_of(desk, template), table_for(session, desk.office))
    return text.natures[template.id]


def _is_due(copies: int) -> bool:
    return copies <= _EACH or (copies <= MOST_MEMBERS and copies % _EVERY == 0)


def a_copy(message: Message, case: Case, text_id: str, likeness: int, now: datetime) -> CampaignCopy:
    """A message as a copy of a text, not compared with a template yet."""
    return CampaignCopy(
        office_id=case.office_id, message_id=message.id, text_id=text_id, case_id=case.id,
        core=gist_of_words(message.subject or "", message.new_text).core, likeness=likeness, joined_at=now,
    )  # fmt: skip


def compare(session: Session, desk: Desk, campaign: Campaign, copy: CampaignCopy, message: Message) -> Copy:
    """Reads a message beside the campaign's text, and keeps how it differs."""
    area = table_for(session, desk.office)
    read = read_copy(facts_of(desk, message), campaign.template, area, title=campaign.title)
    note_differences(copy, read)
    return read


def note_differences(copy: CampaignCopy, read: Copy) -> None:
    """Keeps what a person added and took out, and whether that hides something."""
    copy.added = [list(span) for span in read.differences.added]
    copy.removed = [list(span) for span in read.differences.removed]
    copy.added_words, copy.hides = read.differences.added_words, read.hides
    if copy.hides and copy.reading == Reading.UNREAD:
        copy.reading = Reading.LIFTED


def settle_template(session: Session, desk: Desk, campaign: Campaign, copies: int, now: datetime) -> None:
    """Looks again, while a campaign is young, which text most people sent, and what the copies hide then."""
    if campaign.is_settled or copies not in _LOOKED_AT:
        return
    session.flush()
    query = (
        select(CampaignCopy, Message)
        .join(Message, col(Message.id) == CampaignCopy.message_id)
        .where(CampaignCopy.campaign_id == campaign.id, col(CampaignCopy.moved_from).is_(None))
        .order_by(col(CampaignCopy.message_id))
    )
    members = session.exec(query.limit(MOST_MEMBERS)).all()
    gists = [gist_of_words(one.subject or "", one.new_text) for _, one in members]
    template = members[template_of(gists)][1]
    same = [copy for copy, _ in members if copy.core == _core_of(members, template)]
    campaign.is_settled = len(same) >= SETTLED or copies >= _LOOKED_AT[-1]
    if template.id == campaign.template_id:
        return
    campaign.template, campaign.template_id = template.new_text, template.id
    for copy, member in members:
        hid = copy.hides
        read = compare(session, desk, campaign, copy, member)
        if not hid and read.lifted is not None:
            case = session.exec(select(Case).where(Case.id == copy.case_id)).one()
            if _is_untouched(case):
                _lift(session, desk, case, member, read, now)
                case.version += 1


def _is_untouched(case: Case) -> bool:
    return case.status == CaseStatus.NEW and case.assignee_id is None


def _core_of(members: Sequence[tuple[CampaignCopy, Message]], template: Message) -> int:
    return next(copy.core for copy, member in members if member.id == template.id)


def _members(
    session: Session, text: KnownText, known: Recall, now: datetime
) -> Sequence[tuple[CampaignCopy, Message]]:
    """The copies of a text, in order; its first message becomes one once there is a second."""
    if text.members is None:
        text.members = [] if text.text_id in known.filed else _kept_members(session, text.text_id)
        if all(copy.message_id != text.text_id for copy, _ in text.members):
            text.members = [*_noted_first(session, text, known, now), *text.members]
    return text.members[:MOST_MEMBERS]


def _kept_members(session: Session, text_id: str) -> list[tuple[CampaignCopy, Message]]:
    query = (
        select(CampaignCopy, Message)
        .join(Message, col(Message.id) == CampaignCopy.message_id)
        .where(CampaignCopy.text_id == text_id)
        .order_by(col(CampaignCopy.message_id))
    )
    return [(copy, message) for copy, message in session.exec(query.limit(MOST_MEMBERS))]


def _noted_first(
    session: Session, text: KnownText, known: Recall, now: datetime
) -> list[tuple[CampaignCopy, Message]]:
    """The first message of a text as a copy of it; none if it is gone."""
    row = known.filed.get(text.text_id)
    if row is None:
        query = select(Message, Case).join(Case, col(Case.id) == Message.case_id)
        row = session.exec(query.where(Message.id == text.text_id)).first()
    if row is None:
        return []
    copy = a_copy(row[0], row[1], text.text_id, 100, now)
    session.add(copy)
    return [(copy, row[0])]


def _gather(
    session: Session, desk: Desk, campaign: Campaign, copy: CampaignCopy, message: Message, now: datetime
) -> None:
    """A copy that came before anybody could know joins its campaign; what people began on it stays."""
    copy.campaign_id = campaign.id
    read = compare(session, desk, campaign, copy, message)
    case = session.exec(select(Case).where(Case.id == copy.case_id)).one()
    case.campaign = campaign.slug
    untouched = _is_untouched(case)
    if untouched and case.kind in _GATHERED and not read.hides:
        case.kind = Kind.CAMPAIGN
        case.team_id = desk.teams.get(_TEAM, case.team_id)
        triage.set_priority(case, Priority.LOW)
        clocks.cancel_all(session, case, now=now, actor=SYSTEM)
    elif untouched:
        _lift(session, desk, case, message, read, now)
    case.version += 1
    record(session, case, EventKind.CAMPAIGN_JOINED, SYSTEM, now=now, message=message.id,
           campaign=campaign.id)  # fmt: skip


def _lift(session: Session, desk: Desk, case: Case, message: Message, read: Copy, now: datetime) -> None:
    """What a copy hides is a case of its own, whatever the letter was taken for before the text was known."""
    if read.lifted is None or case.kind not in (*_GATHERED, Kind.CAMPAIGN):
        return
    if case.kind not in _MATTERS:
        case.kind, case.topics = read.as_read.kind, [str(topic) for topic in read.lifted.topics]
        case.team_id = None
    triage.heed_own_words(case, message, read.lifted)
    if not any(clocks.is_open(clock) for clock in clocks.of_case(session, case)):
        order = ClockOrder(kind=ClockKind.FIRST_REPLY)
        clocks.start(session, desk, case, order, received_at=case.received_at, now=now, actor=SYSTEM)


def _title(subjects: Sequence[str | None], template: Message) -> str:
    """What most of them called it; without a subject, the first words of the template."""
    named = [" ".join(one.split()) for one in subjects if one and one.strip()]
    if named:
        keys = [subject_key(one) for one in named]
        best = max(keys, key=keys.count)
        plain = re.sub(r"(?i)^(?:(?:re|fw|fwd)\s*:\s*)+", "", named[keys.index(best)])
        return plain[:120] or named[0][:120]
    return " ".join(template.new_text.split())[:80] or "Campaign"


def _free_slug(session: Session, title: str) -> str:
    """A name for the address of the pile that no other campaign of the office has."""
    base = "-".join(re.findall(r"[a-z0-9]+", subject_key(title)))[:60].strip("-") or "campaign"
    taken = set(session.exec(select(Campaign.slug).where(col(Campaign.slug).startswith(base))))
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
