"""One text for a whole campaign: written, signed off with the list of who gets it, approved, stopped."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlmodel import Session, col, delete, select

from inbox import drafting, jobs, signoff, standard_lines
from inbox.campaigns.holding import HeldBack, Member, members
from inbox.database import find, locked
from inbox.desk import Desk
from inbox.errors import Conflict, NotAllowed, Refused, Stale
from inbox.history import Actor, record
from inbox.models import (
    ANSWER_MOVES,
    AnswerState,
    Campaign,
    CampaignAnswer,
    CampaignRecipient,
    Delivery,
    DeliveryState,
    EventKind,
    RecipientState,
    move,
    new_id,
)
from inbox.wording import fill, gaps

PERSONAL = frozenset({"name", "reference"})
"""What differs from letter to letter; all else is the same for everybody."""
UNDO_TIMES = 10
"""A campaign's answer waits ten times as long as one letter before it leaves."""
_OPEN = (AnswerState.DRAFT, AnswerState.SUBMITTED)
_LIVE = (*_OPEN, AnswerState.PREPARING, AnswerState.PREPARED)


@dataclass(frozen=True, slots=True)
class Words:
    """The answer as somebody wrote it. `included`: reasons to hold back that do not count this time."""

    text: str
    subject: str = ""
    identity: str = drafting.OFFICE
    included: frozenset[HeldBack] = frozenset()


def current(session: Session, campaign: Campaign) -> CampaignAnswer | None:
    """The newest answer that was not put away or stopped."""
    query = select(CampaignAnswer).where(
        CampaignAnswer.campaign_id == campaign.id, col(CampaignAnswer.state).in_(_LIVE)
    )
    return session.exec(query.order_by(col(CampaignAnswer.id).desc()).limit(1)).first()


def write(
    session: Session, desk: Desk, campaign: Campaign, words: Words, *, author_id: str | None, now: datetime,
    actor: Actor, version: int | None = None,
) -> CampaignAnswer:  # fmt: skip
    """Writes or rewrites the answer with the list of who gets it now. A change voids what was submitted.

    `version` is the one that was read, None for none. Raises Stale over words that the author has not read.
    """
    answer = _open_answer(session, campaign)
    if answer is None:
        answer = CampaignAnswer(
            office_id=desk.office.id, campaign_id=campaign.id, author_id=author_id, created_at=now,
            updated_at=now,
        )  # fmt: skip
        session.add(answer)
        session.flush()
    elif _is_unread(answer, version, author_id):
        raise Stale("Somebody else changed this answer while you were writing.", version=answer.version)
    if answer.state == AnswerState.SUBMITTED:
        answer.state = move(answer.state, AnswerState.DRAFT, ANSWER_MOVES, "answer")
    answer.text = words.text.replace("\r\n", "\n").replace("\x00", "").strip()
    answer.subject = " ".join(words.subject.split())[:300] or f"Re: {campaign.title}"
    answer.identity, answer.updated_at = words.identity, now
    answer.version += 1
    if author_id and author_id not in answer.writers:
        answer.writers = [*answer.writers, author_id]
    _list(session, desk, campaign, answer, words.included)
    record(session, None, EventKind.CAMPAIGN_ANSWER_WRITTEN, actor, now=now, campaign=campaign.id,
           answer=answer.id)  # fmt: skip
    return answer


def submit(session: Session, desk: Desk, answer: CampaignAnswer, *, now: datetime, actor: Actor) -> None:
    """Asks for a yes."""
    must_be_ready(session, desk, answer, now)
    answer.state = move(answer.state, AnswerState.SUBMITTED, ANSWER_MOVES, "answer")
    answer.returned_by = answer.returned_note = None
    answer.version += 1
    record(session, None, EventKind.CAMPAIGN_ANSWER_WRITTEN, actor, now=now, campaign=answer.campaign_id,
           answer=answer.id, submitted=True)  # fmt: skip


def send_back(session: Session, answer: CampaignAnswer, *, note: str, now: datetime, actor: Actor) -> None:
    """A no with a reason: the answer goes back to its writer."""
    if not note.strip():
        raise Refused("Say why. Others will read it.")
    answer.state = move(answer.state, AnswerState.DRAFT, ANSWER_MOVES, "answer")
    answer.returned_by, answer.returned_note = actor.id, note.strip()
    answer.version += 1
    record(session, None, EventKind.CAMPAIGN_ANSWER_RETURNED, actor, now=now, campaign=answer.campaign_id,
           answer=answer.id)  # fmt: skip


def approve(
    session: Session, desk: Desk, answer: CampaignAnswer, *, staff_id: str, digest: str, now: datetime,
    actor: Actor,
) -> None:  # fmt: skip
    """The yes to exactly this text, name and list, and the order to make the letters, in one commit."""
    why_not = signoff.may_approve(desk, answer, staff_id)
    if why_not:
        raise NotAllowed(why_not)
    if digest != digest_of(session, answer):
        raise Stale("The words or the list changed after you read them. Read them again, then decide.")
    must_be_ready(session, desk, answer, now)
    answer.state = move(answer.state, AnswerState.PREPARING, ANSWER_MOVES, "answer")
    answer.digest, answer.approved_by, answer.approved_at = digest, staff_id, now
    answer.leaves_at = now + timedelta(seconds=UNDO_TIMES * desk.office.undo_seconds)
    answer.version += 1
    jobs.add(session, jobs.JobKind.ANSWER, answer.office_id, [answer.id], now)
    record(session, None, EventKind.CAMPAIGN_ANSWER_APPROVED, actor, now=now, campaign=answer.campaign_id,
           answer=answer.id, digest=digest)  # fmt: skip


def stop(session: Session, answer: CampaignAnswer, *, now: datetime, actor: Actor) -> int:
    """Stops every letter that has not left; returns how many. What left stays sent."""
    answer.state = move(answer.state, AnswerState.STOPPED, ANSWER_MOVES, "answer")
    answer.stopped_by, answer.version = actor.id, answer.version + 1
    session.flush()
    theirs = select(CampaignRecipient.delivery_id).where(CampaignRecipient.answer_id == answer.id)
    waiting = (DeliveryState.QUEUED, DeliveryState.RETRYING)
    stopped = session.execute(
        update(Delivery)
        .where(col(Delivery.id).in_(theirs), col(Delivery.state).in_(waiting))
        .values(state=DeliveryState.STOPPED, fence=Delivery.fence + 1, settled_by=(actor.id or "")[:32])
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(CampaignRecipient)
        .where(
            col(CampaignRecipient.answer_id) == answer.id,
            col(CampaignRecipient.state) == RecipientState.WAITING,
        )
        .values(state=RecipientState.STOPPED)
        .execution_options(synchronize_session=False)
    )
    count = int(stopped.rowcount)  # type: ignore[attr-defined]
    record(session, None, EventKind.CAMPAIGN_ANSWER_STOPPED, actor, now=now, campaign=answer.campaign_id,
           answer=answer.id, letters=count)  # fmt: skip
    return count


def withdraw(session: Session, answer: CampaignAnswer, *, now: datetime, actor: Actor) -> None:
    """Puts an answer away that was not approved; its words stay in its row."""
    answer.state = move(answer.state, AnswerState.WITHDRAWN, ANSWER_MOVES, "answer")
    answer.version += 1
    record(session, None, EventKind.CAMPAIGN_CHANGED, actor, now=now, campaign=answer.campaign_id,
           answer=answer.id)  # fmt: skip


def answer_late(session: Session, campaign: Campaign, *, on: bool, now: datetime, actor: Actor) -> None:
    """Switches on or off that copies which come after the answer get it too."""
    if campaign.answers_late == on:
        return
    campaign.answers_late, campaign.updated_at = on, now
    record(session, None, EventKind.CAMPAIGN_CHANGED, actor, now=now, campaign=campaign.id, answers_late=on)


def digest_of(session: Session, answer: CampaignAnswer) -> str:
    """What an approval is bound to: the template text, the subject, in whose name, and who is on the list."""
    query = select(CampaignRecipient.constituent_id, CampaignRecipient.case_id).where(
        CampaignRecipient.answer_id == answer.id
    )
    people = sorted(list(row) for row in session.exec(query))
    words = [answer.text, answer.subject, answer.identity, people]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def problems(session: Session, desk: Desk, answer: CampaignAnswer, now: datetime) -> list[str]:
    """What blocks the answer from leaving, each in a sentence for its writer."""
    found = []
    if not answer.text:
        found.append("Write the answer first.")
    sample = common_values(desk) | dict.fromkeys(PERSONAL, "x")
    left = gaps(fill(f"{answer.text}\n{answer.subject}", sample))
    found += [f"Fill in {gap}, or take it out." for gap in dict.fromkeys(left)]
    if answer.identity != drafting.OFFICE and answer.identity not in desk.staff:
        found.append("Choose in whose name this goes.")
    found += ran_out(session, desk, answer, now)
    query = select(CampaignRecipient.id).where(CampaignRecipient.answer_id == answer.id).limit(1)
    if session.exec(query).first() is None:
        found.append("Nobody on this pile can get the standard answer as it stands.")
    return found


def ran_out(session: Session, desk: Desk, answer: CampaignAnswer, now: datetime) -> list[str]:
    """A sentence for each standard line in the answer whose date has passed: nobody else may get it."""
    return standard_lines.ran_out(session, answer.text, now, desk.office.time_zone)


def must_be_ready(session: Session, desk: Desk, answer: CampaignAnswer, now: datetime) -> None:
    """Raises Refused over whatever blocks the answer."""
    blocking = problems(session, desk, answer, now)
    if blocking:
        raise Refused(" ".join(blocking), problems=blocking)


def common_values(desk: Desk) -> dict[str, str]:
    """What placeholders stand for in every letter of the office alike."""
    office = desk.office
    known = {
        "office": office.name, "member": office.member or "", "constituency": office.constituency or "",
        "signature": office.signature or "", "phone": office.phone or "",
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}


def find_answer(session: Session, answer_id: str) -> CampaignAnswer:
    """The answer, locked for whoever writes. Raises NotFound."""
    query = select(CampaignAnswer).where(CampaignAnswer.id == answer_id)
    found = session.exec(locked(session, query, fresh=True)).first()
    return found if found is not None else find(session, CampaignAnswer, answer_id)


def on_the_list(member: Member) -> bool:
    return member.held_back is None and member.constituent_id is not None


def _open_answer(session: Session, campaign: Campaign) -> CampaignAnswer | None:
    answer = current(session, campaign)
    if answer is None or answer.state in _OPEN:
        return find_answer(session, answer.id) if answer else None
    if answer.state == AnswerState.PREPARING:
        raise Conflict("The letters of an answer are being made. Stop it first, or wait until it is done.")
    return None


def _is_unread(answer: CampaignAnswer, version: int | None, author_id: str | None) -> bool:
    """Whether it holds words that somebody who read `version` does not know."""
    return bool(set(answer.writers) - {author_id}) if version is None else version != answer.version


def _list(
    session: Session, desk: Desk, campaign: Campaign, answer: CampaignAnswer, included: Iterable[HeldBack]
) -> None:
    """The list anew, as the pile is now."""
    session.execute(delete(CampaignRecipient).where(col(CampaignRecipient.answer_id) == answer.id))
    add_recipients(
        session, answer, [one for one in members(session, desk, campaign, included=included)
                          if on_the_list(one)]
    )  # fmt: skip


def add_recipients(session: Session, answer: CampaignAnswer, people: Iterable[Member]) -> int:
    """Puts people on the list of an answer."""
    rows = [
        {"id": new_id(), "office_id": answer.office_id, "answer_id": answer.id, "case_id": one.case_id,
         "constituent_id": one.constituent_id, "state": RecipientState.WAITING}
        for one in people
    ]  # fmt: skip
    if rows:
        session.flush()
        session.connection().execute(insert(CampaignRecipient), rows)
    return len(rows)
