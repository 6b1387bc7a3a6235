"""Asks a body: the letter as a draft, if the person agreed that this body is asked."""

from datetime import datetime

from sqlmodel import Session, col, select

from connectors.contract import Form
from inbox import bodies, casefile, consents, drafting
from inbox.bodies.facts import USUAL_TARGET
from inbox.database import find, find_or_none, locked
from inbox.desk import Desk
from inbox.enquiries import letters
from inbox.errors import NotFound, Refused
from inbox.history import Actor, record
from inbox.models import Body, Case, Draft, Enquiry, EventKind, Staff
from routing.rules import ClockOrder
from routing.words import ClockKind, Nation, Unit


def ask(
    session: Session, desk: Desk, case: Case, *, body: str, address: str, question: str,
    working_days: int | None, author_id: str | None, now: datetime, actor: Actor, unit: Unit | None = None,
    without_consent: str = "", is_framed: bool = False, their_reference: str = "",
) -> tuple[Enquiry, Draft]:  # fmt: skip
    """Prepares an enquiry and its letter. It leaves, and its clock starts, only after sign-off.

    `is_framed`: the office's own letter is put around the question. Where nobody had the case, it is the
    author's from now on.

    A body of the directory is known by any of its names or by its address: what is left open is taken from
    there. Raises Refused with the `field`: `without_consent` where its rule needs a permission that does not
    stand and no reason was given to ask all the same.
    """
    if not body.strip() or not question.strip():
        raise Refused("Name the organisation and write what you ask of it.")
    known = bodies.known(session, body, address)
    address = address.strip() or (known.email or "" if known else "")
    if known and not address:
        raise Refused(f"The directory has no email address for {known.name}. Enter one.", field="email")
    amount = working_days
    if amount is None:
        amount = (known.target if known else None) or USUAL_TARGET
    enquiry = make(case, known.name if known else body, address, question, amount, author_id, now)
    if known:
        enquiry.body_id, enquiry.nation = known.id, known.nation
        enquiry.unit = unit or (Unit(known.unit) if working_days is None else Unit.WORKING_DAYS)
    elif unit:
        enquiry.unit = unit
    why = consents.lacking_for(session, case, known, enquiry.body, now, desk.office.time_zone)
    if why and not without_consent.strip():
        sentence = f"{why} Write the permission down first, or say why they must be asked without it."
        raise Refused(sentence, field="without_consent")
    enquiry.without_consent = without_consent.strip()[:2000] if why else None
    session.add(enquiry)
    session.flush()
    if enquiry.without_consent:
        record(session, case, EventKind.ASKED_WITHOUT_CONSENT, actor, now=now, enquiry=enquiry.id)
    subject = f"{case.subject} ({case.reference})"
    recipients = [enquiry.address] if enquiry.address else []
    text = (
        letters.of_first(session, desk, case, enquiry, clock_order(enquiry), is_named=why is None,
                         their_reference=their_reference, now=now)
        if is_framed else question
    )  # fmt: skip
    draft = letter_to(session, desk, case, enquiry, text, subject, recipients, author_id=author_id,
                      now=now, actor=actor)  # fmt: skip
    casefile.taken_up(session, case, find_or_none(session, Staff, author_id), now=now, actor=actor)
    return enquiry, draft


def clock_order(enquiry: Enquiry) -> ClockOrder:
    """The body's own clock: its target, by the days of its nation."""
    return ClockOrder(
        kind=ClockKind.ENQUIRY,
        amount=enquiry.working_days,
        unit=Unit(enquiry.unit),
        nation=Nation(enquiry.nation) if enquiry.nation else None,
    )


def letter_to(
    session: Session, desk: Desk, case: Case, enquiry: Enquiry, text: str, subject: str,
    recipients: list[str], *, author_id: str | None, now: datetime, actor: Actor,
) -> Draft:  # fmt: skip
    """A letter to a body as a draft: it answers nothing that the person wrote, and goes by a mailbox."""
    draft = drafting.begin(session, desk, case, author_id=author_id, now=now, actor=actor, text=text)
    draft.enquiry_id, draft.answers, draft.subject, draft.language = enquiry.id, None, subject, "en"
    draft.form = Form.MESSAGE
    carrier = desk.carrier_of(None)
    if carrier is not None and not _can_mail(desk, draft.channel_id):
        draft.channel_id = carrier.id
    changes = drafting.Changes(recipients=recipients)
    return drafting.save(
        session, desk, draft, changes, version=draft.version, author_id=author_id, now=now, actor=actor
    )


def make(
    case: Case, body: str, address: str, question: str, amount: int, author_id: str | None, now: datetime
) -> Enquiry:
    """An enquiry that nobody has signed off yet. Raises Refused for a time that makes no sense."""
    if not 1 <= amount <= 250:
        raise Refused("Give the organisation between 1 and 250 working days.", field="due")
    return Enquiry(
        office_id=case.office_id,
        case_id=case.id,
        body=body.strip()[:200],
        address=address.strip().lower(),
        question=question,
        asked_by=author_id,
        created_at=now,
        working_days=amount,
    )


def of_case(session: Session, case: Case) -> list[Enquiry]:
    """Every enquiry of a case, oldest first."""
    return list(session.exec(select(Enquiry).where(Enquiry.case_id == case.id).order_by(col(Enquiry.id))))


def is_waiting(enquiry: Enquiry) -> bool:
    """Whether this body was asked and has not answered."""
    return bool(enquiry.asked_at and not enquiry.answered_at and not enquiry.withdrawn_at)


def find_enquiry(session: Session, case: Case, enquiry_id: str) -> Enquiry:
    """An enquiry of this case, as it is now; locked in a session that writes. Raises NotFound."""
    query = select(Enquiry).where(Enquiry.id == enquiry_id, Enquiry.case_id == case.id)
    found = session.exec(locked(session, query, fresh=True)).first()
    if found is None:
        raise NotFound
    return found


def body_of(session: Session, enquiry: Enquiry) -> Body | None:
    """The line of the directory that an enquiry went by, if it has one."""
    return find(session, Body, enquiry.body_id) if enquiry.body_id else None


def _can_mail(desk: Desk, channel_id: str | None) -> bool:
    channel = desk.channels.get(channel_id or "")
    return channel is not None and desk.can_mail(channel)
