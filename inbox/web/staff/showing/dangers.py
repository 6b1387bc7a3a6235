"""The banners of a case in which somebody may be in danger: what is true now, and the way to deny it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from inbox import risks
from inbox.access import Action, Person, may
from inbox.desk import Desk
from inbox.models import Case, Delivery, DeliveryState, Direction, Message, Staff
from inbox.our_answers import ANSWERING
from inbox.outbox import Purpose
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Act, Choice, Decision, Link, Notice, Tone
from routing.words import Flag, Priority

TITLES = {Flag.THREAT: "This may be a threat", Flag.SELF_HARM: "Somebody may harm themselves"}
DENIALS = {Flag.THREAT: "This is no threat", Flag.SELF_HARM: "Nobody is in danger here"}
"""What a person says of it, as the button says it."""

_CALL = {
    Flag.THREAT: "If anyone is in danger now, call 999.",
    Flag.SELF_HARM: "If they are in danger now, call 999.",
}
_GONE = (DeliveryState.SENT, DeliveryState.DELIVERED)
_LEAVING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.RETRYING)


@dataclass(frozen=True, slots=True)
class _Left:
    """Something that went to the person after the letter came, or was to. `state` None: another program's."""

    purpose: str
    by: str
    at: datetime
    state: DeliveryState | None

    @property
    def is_sent(self) -> bool:
        return self.state is None or self.state in _GONE


def notices(session: Session, desk: Desk, person: Person, case: Case) -> tuple[Notice, ...]:
    """What must be read before anything else."""
    found = [
        _notice(session, desk, person, case, flag) for flag in risks.DISMISSED if str(flag) in case.flags
    ]
    if not found and Flag.DOMESTIC_ABUSE in case.flags:
        words = "Write or ring only in a way they called safe. No status link of this case opens."
        found = [Notice(words, Tone.GUARD, "Contact may not be safe")]
    return tuple(found)


def urgencies(case: Case, flag: Flag) -> tuple[Choice, ...]:
    """How urgent it is then: Standard, or as before where another danger is on the case."""
    others = set(risks.DISMISSED) - {flag}
    usual = Priority.IMMEDIATE if others & set(case.flags) else Priority.STANDARD
    return tuple(Choice(value, label, value == usual) for value, label in say.URGENCIES.items())


def _notice(session: Session, desk: Desk, person: Person, case: Case, flag: Flag) -> Notice:
    letter = risks.latest(session, case, flag)
    since = _since(session, letter) if letter is not None else ()
    words = f"{_CALL[flag]} {_so_far(since, desk.calendar.zone)}"
    if flag is Flag.SELF_HARM and not any(one.is_sent for one in _answers(since)):
        words += " Reply begins with crisis words."
    links: tuple[Link, ...] = ()
    if letter is not None and case.message_count > 1:
        links = (Link("Go to the letter", f"/cases/{case.reference}#message-{letter.id}"),)
    return Notice(words, Tone.LATE, TITLES[flag], links, decision=_decision(person, case, flag))


def _decision(person: Person, case: Case, flag: Flag) -> Decision | None:
    """The way to say that it is not so, for whoever may sort the case and never for a rule."""
    if not may(person, Action.TRIAGE, case):
        return None
    act = Act(DENIALS[flag], f"/cases/{case.reference}/no-danger", fields=(("danger", str(flag)),))
    return Decision(act, "Not so? Say why", "Urgency then", "priority", urgencies(case, flag))


def _since(session: Session, letter: Message) -> tuple[_Left, ...]:
    """What left for the person after that letter came, oldest first."""
    query = (
        select(Message, Delivery, Staff.name)
        .outerjoin(Delivery, col(Delivery.message_id) == col(Message.id))
        .outerjoin(Staff, col(Staff.id) == col(Message.author_id))
        .where(Message.case_id == letter.case_id, Message.direction == Direction.OUTBOUND)
        .where(col(Message.id) > letter.id)
        .order_by(col(Message.id), col(Delivery.id))
    )
    found = []
    for message, delivery, name in session.exec(query):
        if delivery is None and message.constituent_id is None:
            continue
        purpose = delivery.purpose if delivery else Purpose.REPLY
        at = (delivery.sent_at if delivery else None) or message.received_at
        state = DeliveryState(delivery.state) if delivery else None
        found.append(_Left(purpose, name or message.sender_name or "the office", at, state))
    return tuple(found)


def _answers(since: tuple[_Left, ...]) -> tuple[_Left, ...]:
    return tuple(one for one in since if one.purpose in ANSWERING)


def _so_far(since: tuple[_Left, ...], zone: ZoneInfo) -> str:
    """What was sent in answer to the letter, and what was not; nothing is claimed that nobody knows."""
    automatic = [one for one in since if one.purpose == Purpose.ACKNOWLEDGEMENT and one.is_sent]
    first = f"An automatic first answer left {_at(automatic[0], zone)}." if automatic else ""
    sent = [one for one in _answers(since) if one.is_sent]
    if sent:
        held = first or "The automatic first answer was held back."
        return f"Answered by {sent[-1].by}, {_at(sent[-1], zone)}. {held}"
    states = {one.state for one in _answers(since)}
    if DeliveryState.UNKNOWN in states:
        return f"We do not know if an answer was sent: look in Sending. {first}".strip()
    if states & set(_LEAVING):
        return f"An answer is on its way and has not left yet. {first}".strip()
    return first or "Nothing was sent in answer to this letter."


def _at(left: _Left, zone: ZoneInfo) -> str:
    local = left.at.astimezone(zone)
    return f"{local.day} {local:%B, %H:%M}"
