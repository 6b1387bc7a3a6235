"""The words that a rule laid ready for the first answer on a case."""

from datetime import datetime

from sqlmodel import Session, col, select

from inbox import drafting
from inbox.desk import Desk
from inbox.models import Case, Constituent, Decision, Direction, Message, MessageKind, Template
from inbox.wording import fill


def words(
    session: Session, desk: Desk, case: Case, person: Constituent | None, now: datetime
) -> tuple[str, str]:
    """The words that a rule laid ready for this case, and what their template is called; else empty.

    Only before the first answer: what a rule found in the first message is no answer to a later one.
    """
    replied = select(Message.id).where(Message.case_id == case.id, Message.direction == Direction.OUTBOUND,
                                       Message.kind != MessageKind.ACKNOWLEDGEMENT)  # fmt: skip
    decided = select(Decision).where(Decision.case_id == case.id).order_by(col(Decision.decided_at).desc())
    name = next((str(one.trace["draft"]) for one in session.exec(decided) if one.trace.get("draft")), None)
    if name is None or session.exec(replied).first() is not None:
        return "", ""
    found = {row.language: row for row in session.exec(select(Template).where(Template.name == name))}
    template = found.get(person.language if person else "en") or found.get("en")
    if template is None:
        return "", ""
    return fill(template.body, drafting.values(session, desk, case, person, now)), template.title
