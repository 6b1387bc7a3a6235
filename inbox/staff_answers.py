"""An answer that one of the staff wrote by email or by hand: a draft on the case, and nothing more.

It counts as theirs only when it came to the address that was made for them on that case and from their own
address. Even then it is words for the office to check: they go through sign-off like any other.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from connectors.contract import InboundMessage, Verdict
from inbox import alerts, drafting, matching, signoff, staff_post
from inbox.access import Action, may
from inbox.desk import Desk
from inbox.errors import Conflict, Refused
from inbox.history import SYSTEM, Actor
from inbox.models import Case, Draft, Message, Staff
from inbox.recall import answered_ids
from inbox.references import reference_in_answer_token

BY_EMAIL, ON_PAPER = "email", "paper"
"""How a draft's words reached us, as its provenance says it."""
_MOST_TOKENS = 20


def writer_of(session: Session, desk: Desk, incoming: InboundMessage) -> tuple[Staff, Case] | None:
    """Whose answer a mail is, and on which case; None for any other mail."""
    if incoming.machine is not None or incoming.authentication is Verdict.FAIL or not incoming.reply_tokens:
        return None
    sender = incoming.sender.address.lower()
    staff = next((one for one in desk.staff.values() if one.is_active and one.email == sender), None)
    if staff is None or staff_post.of(session, staff.id) is None:
        return None
    case = _case_of(session, desk, staff, incoming.reply_tokens)
    return (staff, case) if case and may(alerts.person_of(desk, staff), Action.DRAFT, case) else None


def keep(
    session: Session, desk: Desk, case: Case, staff: Staff, incoming: InboundMessage, mail: Message,
    *, now: datetime,
) -> Draft | None:  # fmt: skip
    """Their words as a draft that waits for a yes; None where the mail holds none.

    `mail`: the answer as it came, kept as a note on the case.
    """
    if not mail.new_text.strip() or not incoming.new_text.strip():
        return None
    answers = staff_post.answered_by(session, staff, answered_ids(incoming), case)
    return write(
        session, desk, case, staff, mail.new_text, source=BY_EMAIL, answers=answers, now=now, actor=SYSTEM
    )


def write(
    session: Session, desk: Desk, case: Case, staff: Staff, text: str, *, source: str, now: datetime,
    actor: Actor, answers: Message | None = None, typed_by: str | None = None,
) -> Draft:  # fmt: skip
    """A draft in somebody's own words, however they reached us; handed on for a yes if it can go as it is.

    `typed_by`: who wrote it down from paper; where nobody may approve their own words, neither of them may.
    """
    if not text.strip():
        raise Refused("Write the answer first.")
    draft = drafting.begin(
        session, desk, case, author_id=staff.id, now=now, actor=actor, answers=answers, text=text.strip()
    )
    draft.holder_id = typed_by or staff.id
    draft.writers = [staff.id, *([typed_by] if typed_by and typed_by != staff.id else [])]
    draft.provenance = {**draft.provenance, "source": source}
    session.flush()
    try:
        signoff.submit(session, desk, draft, now=now, actor=actor)
    except (Refused, Conflict):
        alerts.of_answer(session, desk, case, staff, now=now)
    return draft


def _case_of(session: Session, desk: Desk, staff: Staff, tokens: Sequence[str]) -> Case | None:
    for token in tokens[:_MOST_TOKENS]:
        compact = reference_in_answer_token(token, staff.id, desk.keys)
        case = matching.by_compact(session, desk, compact)
        if case is not None:
            return matching.living(session, case)
    return None
