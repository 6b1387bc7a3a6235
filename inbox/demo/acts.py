"""What people do in the demo's stories, each through the stage that a page or a command would call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import true
from sqlmodel import Session, col, select

from inbox import (
    bodies,
    casework,
    consents,
    drafting,
    enquiries,
    matches,
    signoff,
    status_links,
    writing_down,
)
from inbox.database import find
from inbox.demo.stories import Step
from inbox.desk import Desk
from inbox.history import Actor, ActorKind
from inbox.models import (
    EDITABLE,
    Case,
    CaseStatus,
    ConsentKind,
    Constituent,
    Draft,
    DraftState,
    Enquiry,
    Message,
    MessageKind,
    Staff,
)
from routing.words import Flag


@dataclass(frozen=True, slots=True)
class Turn:
    """One step in its transaction: the case it is about and the person whose turn it is."""

    session: Session
    desk: Desk
    case: Case
    step: Step
    staff: Staff
    now: datetime

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.STAFF, self.staff.id, self.staff.name)

    def person(self, first_name: str) -> Staff:
        return staff_called(self.desk, first_name)


def staff_called(desk: Desk, first_name: str) -> Staff:
    """Whoever of the office a story calls by their first name."""
    return next(one for one in desk.staff.values() if one.name.lower().startswith(f"{first_name} "))


def open_by_hand(session: Session, desk: Desk, step: Step, staff: Staff, now: datetime) -> Case:
    """A case from a call, a letter or a visit."""
    return writing_down.open_case(
        session, desk, kind=MessageKind(step.do), name=step["from"], contact=step["contact"],
        postcode=step["postcode"], subject=step["subject"], text=step["text"], author_id=staff.id,
        when=now - timedelta(minutes=5), now=now, actor=Actor(ActorKind.STAFF, staff.id, staff.name),
        visible=true(),
    )  # fmt: skip


def _assign(turn: Turn) -> None:
    who = turn.person(turn.step["to"])
    casework.assign(turn.session, turn.case, who.id, now=turn.now, actor=turn.actor)


def _note(turn: Turn) -> None:
    writing_down.add_note(
        turn.session, turn.case, turn.step["text"], author_id=turn.staff.id, now=turn.now, actor=turn.actor
    )


def _log(turn: Turn) -> None:
    writing_down.log(
        turn.session, turn.case, MessageKind(turn.step["kind"]), turn.step["text"], author_id=turn.staff.id,
        when=turn.now, now=turn.now, actor=turn.actor,
    )  # fmt: skip


def _wait_for_person(turn: Turn) -> None:
    status = CaseStatus.WAITING_CONSTITUENT
    casework.set_status(
        turn.session, turn.case, status, now=turn.now, actor=turn.actor, waiting_for="permission"
    )


def _restrict(turn: Turn) -> None:
    flags = {Flag(one) for one in turn.case.flags} | {Flag.RESTRICTED}
    why = turn.step["why"]
    casework.set_flags(turn.session, turn.case, flags, why=why, now=turn.now, actor=turn.actor)


def _junk(turn: Turn) -> None:
    casework.junk(turn.session, turn.case, now=turn.now, actor=turn.actor)


def _close(turn: Turn) -> None:
    casework.close(
        turn.session, turn.case, outcome=turn.step["outcome"], note=turn.step.words.get("note", ""),
        now=turn.now, actor=turn.actor,
    )  # fmt: skip


def _draft(turn: Turn) -> None:
    """A reply begun and saved, in the office's name or in a person's (`as`)."""
    draft = drafting.begin(
        turn.session, turn.desk, turn.case, author_id=turn.staff.id, now=turn.now, actor=turn.actor,
        text=turn.step["text"],
    )  # fmt: skip
    name = turn.step.words.get("as")
    if name:
        changes = drafting.Changes(identity=turn.person(name).id)
        _save(turn, draft, changes)


def _rewrite(turn: Turn) -> None:
    _save(turn, _open_draft(turn), drafting.Changes(text=turn.step["text"]))


def _save(turn: Turn, draft: Draft, changes: drafting.Changes) -> None:
    drafting.save(
        turn.session, turn.desk, draft, changes, version=draft.version, author_id=turn.staff.id, now=turn.now,
        actor=turn.actor,
    )  # fmt: skip


def _submit(turn: Turn) -> None:
    signoff.submit(turn.session, turn.desk, _open_draft(turn), now=turn.now, actor=turn.actor)


def _send_back(turn: Turn) -> None:
    draft, note = _open_draft(turn), turn.step["note"]
    signoff.send_back(turn.session, draft, staff_id=turn.staff.id, note=note, now=turn.now, actor=turn.actor)


def _approve(turn: Turn) -> None:
    draft = _open_draft(turn)
    signoff.approve(
        turn.session, turn.desk, draft, staff_id=turn.staff.id,
        digest=drafting.digest(turn.session, draft), now=turn.now, actor=turn.actor,
    )  # fmt: skip


def _reply(turn: Turn) -> None:
    """A reply written and sent by one person, where the office allows that."""
    _draft(turn)
    turn.session.flush()
    _approve(turn)


def _ask(turn: Turn) -> None:
    """An enquiry to a body, written and signed off."""
    step = turn.step
    enquiries.ask(
        turn.session, turn.desk, turn.case, body=step["body"], address=step["address"],
        question=step["text"], working_days=int(step.words.get("days", "20")), author_id=turn.staff.id,
        now=turn.now, actor=turn.actor,
    )  # fmt: skip
    turn.session.flush()
    if turn.desk.office.approval_office == "self":
        _approve(turn)


def _chase(turn: Turn) -> None:
    """The next chase, signed off as it came up."""
    enquiry = _waiting(turn)
    enquiries.bring_up(turn.session, turn.desk, enquiry.id, now=turn.now, actor=turn.actor, early=True)
    turn.session.flush()
    _approve(turn)


def _agree(turn: Turn) -> None:
    """The person's permission to ask a body, with what shows it."""
    step = turn.step
    body = bodies.known(turn.session, step["body"])
    ends = step.words.get("good_for")
    given = consents.Given(
        kind=ConsentKind(step["kind"]), given_by=step["giver"], given_at=turn.now, note=step["note"],
        bodies=(body.id,) if body else (), on_behalf_of=step.words.get("for", ""),
        ends_at=turn.now + timedelta(days=int(ends)) if ends else None,
    )  # fmt: skip
    consents.write_down(
        turn.session, turn.case, given, now=turn.now, actor=turn.actor, staff_id=turn.staff.id
    )


def _waiting(turn: Turn) -> Enquiry:
    found = enquiries.of_case(turn.session, turn.case)
    return next(one for one in found if one.asked_at and not one.answered_at)


def _answered(turn: Turn) -> None:
    enquiries.answered(turn.session, turn.case, _waiting(turn), now=turn.now, actor=turn.actor)


def _accept_match(turn: Turn) -> None:
    query = select(Message).where(Message.case_id == turn.case.id, col(Message.proposed_case_id).is_not(None))
    message = turn.session.exec(query).one()
    matches.accept(turn.session, turn.desk, message, now=turn.now, actor=turn.actor)


def _open_draft(turn: Turn) -> Draft:
    """The case's newest text that is not yet on its way."""
    states = [*EDITABLE, DraftState.SUBMITTED, DraftState.RETURNED]
    query = select(Draft).where(Draft.case_id == turn.case.id, col(Draft.state).in_(states))
    return turn.session.exec(query.order_by(col(Draft.number).desc()).limit(1)).one()


ACTS: Mapping[str, Callable[[Turn], None]] = {
    "assign": _assign, "note": _note, "log": _log, "wait": _wait_for_person, "restrict": _restrict,
    "junk": _junk, "close": _close, "draft": _draft, "rewrite": _rewrite, "submit": _submit,
    "send_back": _send_back, "approve": _approve, "reply": _reply, "ask": _ask, "answered": _answered,
    "chase": _chase,
    "agree": _agree, "update": _approve,
    "accept": _accept_match,
}  # fmt: skip
BY_HAND = frozenset({MessageKind.CALL, MessageKind.LETTER, MessageKind.VISIT})


def status_link(session: Session, case: Case, now: datetime) -> tuple[str, str]:
    """A private link to a case whose postcode a person typed: (token, postcode)."""
    person = find(session, Constituent, case.constituent_id)
    token = status_links.issue(session, case, person, language=person.language, now=now)
    return token, person.postcode or ""
