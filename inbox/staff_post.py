"""Messages for staff who do not sign in: mailed to them with an address of their own to answer, or printed.

A mail holds what somebody wrote only where the person chose so and nothing in it is a risk; otherwise it
holds a reference and a link, like every mail to staff.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from connectors.contract import PUBLIC, Handle, Letter, PermanentFailure
from inbox import alerts, drafting, outbox
from inbox.access import Person, visible_cases
from inbox.database import find_or_none, office_of
from inbox.desk import Desk
from inbox.errors import Refused
from inbox.history import SYSTEM, Actor, record
from inbox.models import (
    Case,
    CaseStatus,
    Channel,
    Constituent,
    DeliveryState,
    Direction,
    EventKind,
    Message,
    PostBy,
    PostCases,
    Staff,
    StaffPost,
    StaffPostItem,
    new_id,
)
from inbox.models.case import OPEN
from inbox.our_answers import is_answer
from inbox.references import answer_token
from inbox.wording import letter
from routing.words import RISK_FLAGS, Flag, Kind

KINDS = {"facebook": "Facebook", "x": "X", "web": "the web form"}
"""What somebody can be handed; everything else reaches the office as letters already."""
MOST_AT_ONCE = 50
MOST_CASES = 200
MOST_WORDS = 20_000
_UNSAID = RISK_FLAGS | {Flag.CONFIDENTIAL, Flag.SPECIAL_CATEGORY, Flag.RESTRICTED}
_NOT_HANDED = (Kind.SPAM, Kind.AUTO_REPLY)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How somebody wants to be handed messages; `by` None ends it."""

    by: PostBy | None
    cases: PostCases = PostCases.GIVEN
    kinds: Sequence[str] = tuple(KINDS)
    shows_words: bool = False


def of(session: Session, staff_id: str) -> StaffPost | None:
    """How this person is handed messages; None for somebody who signs in."""
    return session.exec(select(StaffPost).where(StaffPost.staff_id == staff_id)).first()


def choose(session: Session, staff: Staff, wanted: Wanted, *, now: datetime, actor: Actor) -> None:
    """Says how somebody is handed messages from now on. Raises Refused where nothing would be."""
    before = of(session, staff.id)
    kinds = [kind for kind in KINDS if kind in wanted.kinds]
    if wanted.by is not None and not kinds:
        raise Refused("Choose at least one kind of channel.")
    if wanted.by is None:
        if before is not None:
            session.delete(before)
    else:
        row = before or StaffPost(office_id=office_of(session), staff_id=staff.id, by=wanted.by, since=now)
        row.by, row.cases = wanted.by, wanted.cases
        row.kinds, row.shows_words = kinds, wanted.shows_words
        session.add(row)
    record(session, None, EventKind.STAFF_CHANGED, actor, now=now, staff=staff.id, field="post",
           after=wanted.by, words=wanted.shows_words)  # fmt: skip


def hand_over(session: Session, desk: Desk, *, now: datetime, limit: int = MOST_AT_ONCE) -> int:
    """Mails what came for those who want it by email and was not mailed yet; returns how many mails."""
    channel, mailed = alerts.channel_of(desk), 0
    if channel is None:
        return 0
    for post, staff in _by_email(session, desk):
        for message, case in _due(session, desk, post, staff, limit - mailed):
            _mail(session, desk, channel, post, staff, message, case, now)
            mailed += 1
    return mailed


def is_due(session: Session, desk: Desk) -> bool:
    """Whether `hand_over` would mail anything, so that nobody waits for it while there is nothing."""
    wanted = alerts.channel_of(desk) is not None
    return wanted and any(_due(session, desk, post, staff, 1) for post, staff in _by_email(session, desk))


def _by_email(session: Session, desk: Desk) -> list[tuple[StaffPost, Staff]]:
    posts = session.exec(select(StaffPost).where(StaffPost.by == PostBy.EMAIL)).all()
    found = ((post, desk.staff.get(post.staff_id)) for post in posts)
    return [(post, staff) for post, staff in found if staff is not None and staff.is_active]


def waiting(session: Session, desk: Desk, staff: Staff, reader: Person) -> list[tuple[Case, list[Message]]]:
    """What waits for this person's answer, oldest first: each case with what was said since we last spoke.

    `reader`: who looks; they are shown nothing that either of the two may not know.
    """
    post = of(session, staff.id)
    kinds = post.kinds if post else list(KINDS)
    query = (
        select(Case)
        .join(Channel, col(Channel.id) == Case.channel_id)
        .where(col(Case.status).in_((CaseStatus.NEW, CaseStatus.OPEN)), col(Channel.kind).in_(kinds))
        .where(col(Case.kind).not_in(_NOT_HANDED))
        .where(visible_cases(reader), visible_cases(alerts.person_of(desk, staff)))
    )
    if post is None or post.cases == PostCases.GIVEN:
        query = query.where(Case.assignee_id == staff.id)
    cases = session.exec(query.order_by(col(Case.received_at), col(Case.id)).limit(MOST_CASES)).all()
    said = _said_since(session, [case.id for case in cases])
    return [(case, said[case.id]) for case in cases if said.get(case.id)]


def _said_since(session: Session, case_ids: Sequence[str]) -> dict[str, list[Message]]:
    """By case, what people said since our last answer that left, or is about to."""
    answers = is_answer(but=(DeliveryState.STOPPED, DeliveryState.FAILED))
    query = select(Message, answers).where(col(Message.case_id).in_(case_ids), col(Message.machine).is_(None))
    found: dict[str, list[Message]] = {}
    for message, is_ours in session.exec(query.order_by(col(Message.id))):
        said = found.setdefault(message.case_id or "", [])
        if is_ours:
            said.clear()
        elif message.direction == Direction.INBOUND and message.withdrawn_at is None:
            said.append(message)
    return found


def answered_by(session: Session, staff: Staff, mail_ids: Sequence[str], case: Case) -> Message | None:
    """The message on this case that one of these mails of ours handed to them."""
    query = select(Message).join(StaffPostItem, col(StaffPostItem.message_id) == Message.id)
    query = query.where(StaffPostItem.staff_id == staff.id, Message.case_id == case.id)
    return session.exec(query.where(col(StaffPostItem.outgoing_id).in_(list(mail_ids)))).first()


def _due(
    session: Session, desk: Desk, post: StaffPost, staff: Staff, limit: int
) -> Sequence[tuple[Message, Case]]:
    """What is on the open cases and this person has not been mailed yet, oldest first."""
    handed = select(StaffPostItem.message_id).where(
        StaffPostItem.message_id == Message.id, StaffPostItem.staff_id == staff.id
    )
    query = (
        select(Message, Case)
        .join(Case, col(Case.id) == Message.case_id)
        .join(Channel, col(Channel.id) == Message.channel_id)
        .where(
            Message.direction == Direction.INBOUND,
            col(Message.machine).is_(None),
            col(Message.withdrawn_at).is_(None),
            Message.received_at >= post.since,
            col(Channel.kind).in_(post.kinds),
            col(Case.kind).not_in(_NOT_HANDED),
            ~handed.exists(),
            text(f'"case".{OPEN}'),
            visible_cases(alerts.person_of(desk, staff)),
        )
        .order_by(col(Message.id))
        .limit(max(limit, 0))
    )
    if post.cases == PostCases.GIVEN:
        query = query.where(Case.assignee_id == staff.id)
    return session.exec(query).all()


def _mail(
    session: Session, desk: Desk, channel: Channel, post: StaffPost, staff: Staff, message: Message,
    case: Case, now: datetime,
) -> None:  # fmt: skip
    """One mail about one message, noted so that it is never sent again."""
    outgoing_id = f"{new_id()}@{channel.account.rpartition('@')[2]}"
    made = _letter(session, desk, channel, post, staff, message, case, outgoing_id, now)
    session.add(
        StaffPostItem(
            office_id=case.office_id,
            message_id=message.id,
            staff_id=staff.id,
            outgoing_id=outgoing_id,
            at=now,
        )
    )
    try:
        raw = desk.tools.composers[channel.kind].compose(made)
    except PermanentFailure:  # an address that nothing can be sent to: shown with the person's settings
        record(session, case, EventKind.ALERTED, SYSTEM, now=now, about="staff-post", staff=[],
               because="address", message=message.id)  # fmt: skip
        return
    outbox.queue(
        session, case=case, message=None, channel=channel, purpose=outbox.Purpose.TO_STAFF,
        recipients=[staff.email], envelope_sender=channel.account, outgoing_id=outgoing_id,
        raw_hash=desk.store.put(desk.office.id, raw), now=now, not_before=now,
    )  # fmt: skip
    record(session, case, EventKind.ALERTED, SYSTEM, now=now, about="staff-post", staff=[staff.id],
           message=message.id)  # fmt: skip


def _letter(
    session: Session, desk: Desk, channel: Channel, post: StaffPost, staff: Staff, message: Message,
    case: Case, outgoing_id: str, now: datetime,
) -> Letter:  # fmt: skip
    language = "cy" if desk.office.languages[:1] == ["cy"] else "en"
    reply_to = _answer_address(desk, channel, case, staff)
    shows = post.shows_words and not _UNSAID & set(case.flags) and not case.is_restricted
    name = f"staff-post-{'words' if shows else 'notice'}{'' if reply_to else '-closed'}"
    person = find_or_none(session, Constituent, case.constituent_id)
    subject, text = letter(name, language, {
        "reference": case.reference,
        "link": f"{desk.tools.base_url.rstrip('/')}/cases/{case.reference}",
        "name": (person.name if person else "") or message.sender_name,
        "body": message.new_text[:MOST_WORDS],
        "office": desk.office.name,
        "platform": _public_on(session, desk, case, message, now),
    })  # fmt: skip
    return Letter(
        message_id=outgoing_id,
        sender=Handle(desk.office.name, channel.account),
        recipients=(Handle(staff.name, staff.email),),
        subject=subject,
        text=text,
        date=now,
        language=language,
        automatic=True,
        reply_to=reply_to,
    )


def _public_on(session: Session, desk: Desk, case: Case, message: Message, now: datetime) -> str | None:
    """The platform on which everybody will read the answer; None where it goes to the person alone."""
    if message.kind not in tuple(PUBLIC):
        return None
    draft = drafting.unsaved(session, desk, case, now, answers=message)
    channel = desk.channels.get(draft.channel_id or "")
    return KINDS.get(channel.kind, channel.name) if channel and draft.form in tuple(PUBLIC) else None


def _answer_address(desk: Desk, channel: Channel, case: Case, staff: Staff) -> Handle | None:
    """The address that only their answer on this case is taken at; None where the mailbox has no such."""
    if channel.settings.get("plus_addressing") != "yes":
        return None
    local, _, domain = channel.account.rpartition("@")
    return Handle(desk.office.name, f"{local}+{answer_token(case.reference, staff.id, desk.keys)}@{domain}")
