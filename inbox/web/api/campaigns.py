"""Campaigns for programs: piles in numbers, their copies with the differing words, and the one answer."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select

from inbox import campaigns, signoff
from inbox.access import Action, Person, visible_cases
from inbox.answering import counting, rights, writing
from inbox.campaigns.holding import WHY, HeldBack, Member
from inbox.desk import Desk
from inbox.errors import NotAllowed, NotFound
from inbox.models import AnswerState, Campaign, CampaignAnswer, CampaignCopy, Message
from inbox.web.api import shapes, showing
from inbox.web.api.drafts import identity_of
from inbox.web.dependencies import (
    IfMatchGiven,
    Now,
    Page,
    Reading,
    ReadingDesk,
    Writing,
    WritingDesk,
    cursor,
    may,
)
from inbox.web.routers import api_router

router = api_router("campaigns")


class AnswerShape(shapes.Shape):
    """The one answer. `recipients` by state; `left_out`: who was on the list and why no letter was made."""

    id: str
    state: str
    subject: str
    text: str
    identity: str
    steps: list[str]
    problems: list[str]
    digest: str | None
    recipients: dict[str, int]
    left_out: dict[str, int]
    leaves_at: shapes.Moment | None
    version: int


class CampaignShape(shapes.Shape):
    """One pile. `people` are distinct; `held_back` counts people by reason. `template` is empty for whoever
    may not read the letter that it was taken from."""

    id: str
    slug: str
    title: str
    state: str
    template: str
    people: int
    messages: int
    ours: int
    not_ours: int
    unknown: int
    channels: dict[str, int]
    own_words: int
    own_words_read: int
    held_back: dict[str, int]
    to_answer: int
    answered: int
    answers_late: bool
    answer: AnswerShape | None
    newest_at: shapes.Moment | None
    created_at: shapes.Moment


class HeldBackShape(shapes.Shape):
    reason: str
    words: str


class DifferenceShape(shapes.Shape):
    """Places as [start, end]: `added` in the message's `new_text`, `removed` in the template; with words."""

    added: list[tuple[int, int]]
    removed: list[tuple[int, int]]
    added_words: list[str]
    removed_words: list[str]


class CopyShape(shapes.MessageShape):
    likeness: int
    differences: DifferenceShape
    hidden_casework: bool
    reading: str
    held_back: HeldBackShape | None


class AnswerGiven(shapes.Shape):
    """`approve`: say yes and make the letters, where the caller may; else it waits for sign-off."""

    text: shapes.Words
    subject: shapes.Line = ""
    identity: shapes.Line = "office"
    include: Annotated[tuple[HeldBack, ...], Field(max_length=12)] = ()
    approve: bool = True


class AnswerApproval(shapes.Shape):
    """`digest` of the words and the list that were read."""

    digest: shapes.Line


@router.get("/campaigns")
def list_campaigns(
    person: Annotated[Person, may(Action.READ_CASE)], session: Reading, desk: ReadingDesk, page: Page,
    now: Now, closed: bool = False,
) -> shapes.Page[CampaignShape]:  # fmt: skip
    """The piles, the newest first."""
    query = select(Campaign).order_by(col(Campaign.id).desc())
    query = query.where(col(Campaign.closed_at).is_not(None) if closed else col(Campaign.closed_at).is_(None))
    query = query.where(campaigns.known_to(person))
    if page.after:
        query = query.where(col(Campaign.id) < page.after_id)
    rows = session.exec(query.limit(page.limit + 1)).all()
    counted = campaigns.tally(session, desk, rows[: page.limit], visible=visible_cases(person))
    shown = [shown_campaign(session, desk, person, row, now, counted[row.id]) for row in rows[: page.limit]]
    return shapes.Page(items=shown, next=cursor(shown[-1].id) if len(rows) > page.limit else None)


@router.get("/campaigns/{campaign_id}")
def read_campaign(
    campaign_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, desk: ReadingDesk,
    now: Now,
) -> CampaignShape:  # fmt: skip
    return shown_campaign(session, desk, person, campaigns.find_campaign(session, person, campaign_id), now)


@router.get("/campaigns/{campaign_id}/messages")
def list_copies(
    campaign_id: str, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, desk: ReadingDesk,
    page: Page, held_back: HeldBack | None = None,
) -> shapes.Page[CopyShape]:  # fmt: skip
    """The copies in order of arrival, with what each person added or took out."""
    campaign = campaigns.find_campaign(session, person, campaign_id)
    after, visible = page.after_id if page.after else "", visible_cases(person)
    if held_back is None:
        following = campaigns.page_of(
            session, desk, campaign, after=after, limit=page.limit + 1, visible=visible
        )
    else:
        everybody = campaigns.members(session, desk, campaign, visible=visible)
        following = [one for one in everybody if one.held_back is held_back and one.message_id > after]
    shown = _copies(session, desk, person, campaign, following[: page.limit])
    return shapes.Page(items=shown, next=cursor(shown[-1].id) if len(following) > page.limit else None)


@router.post("/campaigns/{campaign_id}/answer")
def answer(
    campaign_id: str, given: AnswerGiven, person: Annotated[Person, may(Action.SEND)], session: Writing,
    desk: WritingDesk, now: Now, version: IfMatchGiven,
) -> AnswerShape:  # fmt: skip
    """Writes the one answer for everybody whom nothing holds back, and signs it off or asks for that.

    What a colleague began is replaced only by If-Match with the version that was read.
    """
    campaign = campaigns.find_campaign(session, person, campaign_id)
    staff_id = _staff(person)
    words = writing.Words(
        given.text, given.subject, identity_of(desk, given.identity) or "office", frozenset(given.include)
    )
    made = writing.write(session, desk, campaign, words, author_id=staff_id, now=now, actor=person.actor,
                         version=version)  # fmt: skip
    rights.require_writer(session, desk, made, person)
    if given.approve and rights.why_not(session, desk, made, person) is None:
        digest = writing.digest_of(session, made)
        writing.approve(session, desk, made, staff_id=staff_id, digest=digest, now=now, actor=person.actor)
    elif given.approve:
        writing.submit(session, desk, made, now=now, actor=person.actor)
    return _answer(session, desk, made, now)


@router.post("/campaigns/{campaign_id}/answer/approve")
def approve(
    campaign_id: str, given: AnswerApproval, person: Annotated[Person, may(Action.APPROVE)],
    session: Writing, desk: WritingDesk, now: Now,
) -> AnswerShape:  # fmt: skip
    """Yes to exactly these words, in this name, to this list."""
    found = _current(session, person, campaign_id)
    rights.require(session, desk, found, person)
    writing.approve(session, desk, found, staff_id=_staff(person), digest=given.digest, now=now,
                    actor=person.actor)  # fmt: skip
    return _answer(session, desk, found, now)


@router.post("/campaigns/{campaign_id}/answer/stop")
def stop(
    campaign_id: str, person: Annotated[Person, may(Action.SEND)], session: Writing, desk: WritingDesk,
    now: Now,
) -> AnswerShape:  # fmt: skip
    """Stops every letter that has not left."""
    found = _current(session, person, campaign_id)
    writing.stop(session, found, now=now, actor=person.actor)
    return _answer(session, desk, found, now)


def _current(session: Session, person: Person, campaign_id: str) -> CampaignAnswer:
    found = writing.current(session, campaigns.find_campaign(session, person, campaign_id))
    if found is None:
        raise NotFound
    return writing.find_answer(session, found.id)


def _staff(person: Person) -> str:
    if person.staff_id is None:
        raise NotAllowed("A token that acts for nobody may not approve or send.")
    return person.staff_id


def shown_campaign(
    session: Session, desk: Desk, person: Person, row: Campaign, now: Now,
    counted: campaigns.Count | None = None,
) -> CampaignShape:  # fmt: skip
    found = counted or campaigns.tally(session, desk, [row], visible=visible_cases(person))[row.id]
    current = writing.current(session, row)
    return CampaignShape(
        id=row.id,
        slug=row.slug,
        title=row.title,
        state="closed" if row.closed_at else "open",
        template=campaigns.text_for(session, person, row),
        people=found.people,
        messages=found.messages,
        ours=found.ours,
        not_ours=found.not_ours,
        unknown=found.unknown,
        channels=_by_kind(desk, found),
        own_words=found.own_words,
        own_words_read=found.own_words_read,
        held_back={str(reason): number for reason, number in found.held_back.items()},
        to_answer=found.to_answer,
        answered=found.answered,
        answers_late=row.answers_late,
        answer=_answer(session, desk, current, now) if current else None,
        newest_at=found.newest_at,
        created_at=row.created_at,
    )


def _by_kind(desk: Desk, found: campaigns.Count) -> dict[str, int]:
    kinds: dict[str, int] = {}
    for channel_id, number in found.channels.items():
        channel = desk.channels.get(channel_id)
        kind = channel.kind if channel else "none"
        kinds[kind] = kinds.get(kind, 0) + number
    return kinds


def _copies(
    session: Session, desk: Desk, person: Person, campaign: Campaign, members: Sequence[Member]
) -> list[CopyShape]:
    ids = [one.message_id for one in members]
    rows = {row.id: row for row in session.exec(select(Message).where(col(Message.id).in_(ids)))}
    found = session.exec(select(CampaignCopy).where(col(CampaignCopy.message_id).in_(ids))).all()
    copies = {copy.message_id: copy for copy in found}
    messages = showing.messages(session, desk, person, [rows[one] for one in ids])
    text = campaigns.text_for(session, person, campaign)
    return [
        CopyShape(
            **dict(shape),
            likeness=member.likeness,
            differences=_differences(copies[shape.id], shape.new_text, text),
            hidden_casework=copies[shape.id].hides,
            reading=member.reading,
            held_back=_held_back(member.held_back),
        )
        for shape, member in zip(messages, members, strict=True)
    ]


def _differences(copy: CampaignCopy, text: str, template: str) -> DifferenceShape:
    added = [(start, end) for start, end in copy.added]
    removed = [(start, end) for start, end in copy.removed] if template else []
    return DifferenceShape(
        added=added,
        removed=removed,
        added_words=[text[start:end] for start, end in added],
        removed_words=[template[start:end] for start, end in removed],
    )


def _held_back(reason: HeldBack | None) -> HeldBackShape | None:
    return HeldBackShape(reason=reason, words=WHY[reason]) if reason else None


def _answer(session: Session, desk: Desk, made: CampaignAnswer, now: Now) -> AnswerShape:
    session.flush()
    is_open = made.state in (AnswerState.DRAFT, AnswerState.SUBMITTED)
    return AnswerShape(
        id=made.id,
        state=made.state,
        subject=made.subject,
        text=made.text,
        identity=made.identity,
        steps=signoff.steps(desk, made),
        problems=writing.problems(session, desk, made, now) if is_open else [],
        digest=writing.digest_of(session, made) if is_open else made.digest,
        recipients=counting.recipients(session, made),
        left_out=counting.left_out(session, made),
        leaves_at=made.leaves_at,
        version=made.version,
    )
