"""Brings up the steps of the ladder, each once; and what people say of them and of the body's answer."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from inbox import clocks, drafting, failpoints, outbox
from inbox.database import find, find_or_none, locked, office_of
from inbox.desk import Desk
from inbox.enquiries import letters
from inbox.enquiries.asking import body_of, find_enquiry, letter_to, of_case
from inbox.enquiries.ladder import Reach, goes_on_at, next_rung, reach_of, recipients
from inbox.errors import Conflict
from inbox.history import SYSTEM, Actor, ActorKind, record
from inbox.models import (
    CASE_MOVES,
    EDITABLE,
    Body,
    Case,
    CaseStatus,
    Clock,
    Delivery,
    DeliveryState,
    Direction,
    Draft,
    DraftState,
    Ending,
    Enquiry,
    EnquiryStep,
    EventKind,
    Message,
    OfficeKind,
    Role,
    Rung,
    move,
)
from inbox.models.case import PAUSED
from routing.words import ClockKind, ClockState

_ENDED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)


def due(session: Session, now: datetime, limit: int = 200) -> list[str]:
    """Enquiries whose next step should come up now: the body's time has run out and nobody has chased yet,
    or the days after the last step are over. What grows is what is late, not what is open.

    What cannot go on (it stands still, or waits for a person) is left out here already, so that however
    much of it there is, the rest has its turn.
    """
    begun = select(EnquiryStep.id).where(EnquiryStep.enquiry_id == Enquiry.id).exists()
    late = (
        select(Enquiry.id)
        .join(Clock, col(Clock.enquiry_id) == Enquiry.id)
        .where(
            Clock.office_id == office_of(session), Clock.due_at <= now, ~PAUSED, col(Clock.met_at).is_(None),
            col(Clock.cancelled_at).is_(None), col(Enquiry.answered_at).is_(None),
            col(Enquiry.withdrawn_at).is_(None),
        )
    )  # fmt: skip
    first = session.exec(late.where(~begun).order_by(col(Clock.due_at))).all()
    further = session.exec(late.where(col(Enquiry.next_step_at) <= now).order_by(col(Clock.due_at))).all()
    able = (key for key in dict.fromkeys((*first, *further)) if _can_go_on(session, key))
    return list(islice(able, limit))


def _can_go_on(session: Session, enquiry_id: str) -> bool:
    """Whether there is a way to chase the body, and it has written nothing that nobody has looked at."""
    enquiry = find(session, Enquiry, enquiry_id)
    body = body_of(session, enquiry)
    is_reached = next_rung((), reach_of(enquiry.address, body)) is not None
    return is_reached and heard(session, enquiry, body) is None


def bring_up(
    session: Session, desk: Desk, enquiry_id: str, *, now: datetime, actor: Actor, early: bool = False
) -> EnquiryStep | None:
    """Lays the next step of an enquiry ready, if it is time; None where it is not, or somebody just did.

    `early`: a person asks for it before its time. The rows are locked and asked again, and a step is unique
    on its enquiry, so that however many ask, each step comes up once.
    """
    case = _locked_case(session, find(session, Enquiry, enquiry_id))
    enquiry = find_enquiry(session, case, enquiry_id)
    taken = steps_of(session, enquiry)
    if not _is_time(session, desk, case, enquiry, taken, now, early):
        return None
    body = body_of(session, enquiry)
    reach = reach_of(enquiry.address, body)
    rung = next_rung([step.rung for step in taken], reach)
    if rung is None:
        enquiry.next_step_at = None
        return None
    return _lay_ready(session, desk, case, enquiry, rung, reach, taken, now=now, actor=actor)


def steps_of(session: Session, enquiry: Enquiry) -> list[EnquiryStep]:
    """The steps that came up, in their order."""
    query = select(EnquiryStep).where(EnquiryStep.enquiry_id == enquiry.id)
    return list(session.exec(query.order_by(col(EnquiryStep.id))))


def heard(session: Session, enquiry: Enquiry, body: Body | None) -> Message | None:
    """The newest mail on the case from the body, or from anybody at its address's domain, that nobody has
    looked at yet. A machine's mail is none, and neither is the person's own."""
    since = enquiry.looked_at or enquiry.asked_at
    if since is None:
        return None
    known = (enquiry.address, body.email if body else None, body.hotline_email if body else None,
             body.minister_email if body else None)  # fmt: skip
    domains = {address.rpartition("@")[2] for address in known if address and "@" in address}
    if not domains:
        return None
    case = find(session, Case, enquiry.case_id)
    sender = func.lower(col(Message.sender_handle))
    query = select(Message).where(
        Message.case_id == enquiry.case_id, Message.direction == Direction.INBOUND,
        col(Message.machine).is_(None), col(Message.received_at) > since,
        or_(*(sender.endswith(f"@{domain}", autoescape=True) for domain in sorted(domains))),
        func.coalesce(Message.constituent_id, "") != (case.constituent_id or "-"),
    )  # fmt: skip
    return session.exec(query.order_by(col(Message.id).desc()).limit(1)).first()


def looked_at(session: Session, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor) -> None:
    """A person read what the body wrote: it is no answer yet, so the ladder goes on."""
    enquiry.looked_at = now
    case.version += 1
    record(session, case, EventKind.ENQUIRY_HEARD, actor, now=now, enquiry=enquiry.id)


def rang(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor
) -> EnquiryStep:
    """Somebody rang the hotline: that step is done. Raises Conflict where no call waits."""
    step = _open_step(session, enquiry)
    if step is None or step.draft_id is not None:
        raise Conflict("No call is waiting here. Look at the case again.")
    end(session, desk, case, enquiry, step, Ending.RANG, now=now, actor=actor)
    return step


def skip(session: Session, desk: Desk, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor) -> None:
    """A person passes the waiting step over; the next one comes up in its own time."""
    step = _open_step(session, enquiry)
    if step is None:
        raise Conflict("No step is waiting here. Look at the case again.")
    put_away(session, step, now=now, actor=actor)
    end(session, desk, case, enquiry, step, Ending.SKIPPED, now=now, actor=actor)


def answered(session: Session, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor) -> None:
    """A person says that the body has answered: its clock and its ladder stop, and the case is ours again."""
    if enquiry.answered_at is not None:
        raise Conflict("Somebody has noted already that they answered.")
    enquiry.answered_at, enquiry.next_step_at = now, None
    clocks.meet(session, case, (ClockKind.ENQUIRY,), now=now, actor=actor, enquiry_id=enquiry.id)
    stop_ladder(session, case, enquiry, now=now, actor=actor)
    our_turn(session, case, enquiry)
    case.version += 1
    record(session, case, EventKind.ENQUIRY_ANSWERED, actor, now=now, public=True, enquiry=enquiry.id)


def withdraw(session: Session, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor) -> None:
    """Nobody waits for this body any more: its clock is owed no more, and no chase comes up."""
    if enquiry.withdrawn_at is not None or enquiry.answered_at is not None:
        raise Conflict("Nobody waits for this any more.")
    enquiry.withdrawn_at, enquiry.next_step_at = now, None
    clocks.cancel(session, case, (ClockKind.ENQUIRY,), now=now, actor=actor, enquiry_id=enquiry.id)
    stop_ladder(session, case, enquiry, now=now, actor=actor)
    our_turn(session, case, enquiry)
    case.version += 1
    record(session, case, EventKind.ENQUIRY_WITHDRAWN, actor, now=now, enquiry=enquiry.id)


def stop_ladder(session: Session, case: Case, enquiry: Enquiry, *, now: datetime, actor: Actor) -> None:
    """What has not left yet need not: chases, and updates that nobody has touched, are put away."""
    step = _open_step(session, enquiry)
    if step is not None:
        put_away(session, step, now=now, actor=actor)
        step.done_at, step.done_by, step.ending = now, actor.id, Ending.NOT_NEEDED
    put_away_updates(session, case, now=now, actor=actor)


def put_away_by_hand(session: Session) -> list[str]:
    """Steps whose draft somebody put away: `pass_over` lets the ladder go on from there."""
    query = (
        select(EnquiryStep.id)
        .join(Draft, col(Draft.id) == EnquiryStep.draft_id)
        .where(
            EnquiryStep.office_id == office_of(session),
            col(EnquiryStep.done_at).is_(None),
            Draft.state == DraftState.WITHDRAWN,
        )
    )
    return list(session.exec(query.limit(200)))


def pass_over(session: Session, desk: Desk, step_id: str, *, now: datetime) -> None:
    """A step whose draft was put away is done with; nothing where somebody ended it meanwhile."""
    step = find(session, EnquiryStep, step_id)
    enquiry = find(session, Enquiry, step.enquiry_id)
    case = _locked_case(session, enquiry)
    session.refresh(step)
    if step.done_at is None and find(session, Draft, step.draft_id).state == DraftState.WITHDRAWN:
        end(session, desk, case, enquiry, step, Ending.SKIPPED, now=now, actor=SYSTEM)


def end(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, step: EnquiryStep, ending: Ending, *,
    now: datetime, actor: Actor,
) -> None:  # fmt: skip
    """A step is done, or was passed over; the next one comes up some working days from now."""
    step.done_at, step.done_by, step.ending = now, actor.id, ending
    taken = [one.rung for one in steps_of(session, enquiry)]
    ladder = next_rung(taken, reach_of(enquiry.address, body_of(session, enquiry)))
    enquiry.next_step_at = goes_on_at(now, enquiry.nation, desk.calendar) if ladder else None
    case.version += 1
    kind = EventKind.CHASE_SKIPPED if ending is Ending.SKIPPED else EventKind.CHASED
    record(session, case, kind, actor, now=now, public=kind is EventKind.CHASED, enquiry=enquiry.id,
           step=step.id, rung=step.rung)  # fmt: skip


def put_away(session: Session, step: EnquiryStep, *, now: datetime, actor: Actor) -> None:
    """The draft of a step that is not wanted any more; stopped first where it is about to leave."""
    draft = find_or_none(session, Draft, step.draft_id)
    if draft is None:
        return
    if draft.state == DraftState.QUEUED:
        leaving = select(Delivery).where(
            Delivery.draft_id == draft.id,
            col(Delivery.state).in_((DeliveryState.QUEUED, DeliveryState.RETRYING)),
        )
        delivery = session.exec(leaving).first()
        if delivery is None:
            return  # it has left, or nobody knows
        outbox.stop(session, delivery, now=now, actor=actor)
    if draft.state in EDITABLE:
        drafting.withdraw(session, draft, now=now, actor=actor)


def put_away_updates(session: Session, case: Case, *, now: datetime, actor: Actor) -> None:
    """Updates to the person that came up and that nobody has touched say what is no longer so."""
    query = select(Draft).where(
        Draft.case_id == case.id, col(Draft.enquiry_id).is_(None), Draft.state == DraftState.DRAFT
    )
    for draft in session.exec(query).all():
        if letters.is_untouched(draft, letters.UPDATE):
            drafting.withdraw(session, draft, now=now, actor=actor)
    session.flush()


def _is_time(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, taken: Sequence[EnquiryStep], now: datetime,
    early: bool,
) -> bool:  # fmt: skip
    if enquiry.asked_at is None or enquiry.answered_at or enquiry.withdrawn_at or case.status in _ENDED:
        return False
    if any(step.done_at is None for step in taken):
        return False
    if early:
        return True
    if heard(session, enquiry, body_of(session, enquiry)) is not None:
        return False
    clock = clocks.of_enquiry(session, case, enquiry.id)
    if clock is None or clocks.reading(desk, clock, now).state is not ClockState.BREACHED:
        return False
    return not taken or (enquiry.next_step_at is not None and enquiry.next_step_at <= now)


def _lay_ready(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, rung: Rung, reach: Reach,
    taken: Sequence[EnquiryStep], *, now: datetime, actor: Actor,
) -> EnquiryStep:  # fmt: skip
    to = list(recipients(rung, reach))
    name, subject, text = letters.of_step(
        session, desk, case, enquiry, rung, reach, taken, now, is_call=not to
    )
    by = actor.id if actor.kind is ActorKind.STAFF else None
    step = EnquiryStep(
        office_id=enquiry.office_id, enquiry_id=enquiry.id, rung=rung, came_up_at=now, brought_by=by
    )
    if to:
        draft = letter_to(
            session, desk, case, enquiry, text, subject, to, author_id=None, now=now, actor=actor
        )
        letters.lay_ready(draft, letters.CHASE, name)
        draft.identity = _in_whose_name(desk, rung)
        step.draft_id = draft.id
    else:
        step.words = text
    session.add(step)
    session.flush()
    enquiry.next_step_at = None
    case.version += 1
    record(
        session, case, EventKind.CHASE_CAME_UP, actor, now=now, enquiry=enquiry.id, step=step.id, rung=rung
    )
    failpoints.reach("chase.laid")
    return step


def _in_whose_name(desk: Desk, rung: Rung) -> str:
    """A minister is written to by the member, who then approves each word; everybody else by the office."""
    if rung is not Rung.MINISTER or desk.office.kind != OfficeKind.MP:
        return drafting.OFFICE
    signs = [one for one in desk.staff.values() if one.is_active and Role.SIGNATORY in one.roles]
    return signs[0].id if len(signs) == 1 else drafting.OFFICE


def _open_step(session: Session, enquiry: Enquiry) -> EnquiryStep | None:
    return next((step for step in steps_of(session, enquiry) if step.done_at is None), None)


def _locked_case(session: Session, enquiry: Enquiry) -> Case:
    """The case as it is now, which nobody else changes until this session's commit."""
    return session.exec(locked(session, select(Case).where(Case.id == enquiry.case_id), fresh=True)).one()


def our_turn(session: Session, case: Case, enquiry: Enquiry) -> None:
    """Nobody is waited for, unless another body is."""
    others = (one for one in of_case(session, case) if one.id != enquiry.id and one.asked_at)
    if any(not one.answered_at and not one.withdrawn_at for one in others):
        return
    if case.status == CaseStatus.WAITING_BODY:
        case.status = move(case.status, CaseStatus.OPEN, CASE_MOVES, "case")
        case.waiting_for = None
