"""The words that a rule laid ready for the first answer on a case.

A letter that sends somebody elsewhere is never laid ready by itself for a person in danger or in a hurry, nor
where we cannot say where else: a person of the office may still take it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from inbox import drafting
from inbox.desk import Desk
from inbox.models import Case, Constituent, Decision, Message, Template
from inbox.our_answers import is_answer
from inbox.wording import fill, placeholders_of
from routing.words import RISK_FLAGS, Flag, Priority

TURNS_AWAY = frozenset({"not-ours", "party-redirect"})
_ELSEWHERE = frozenset({"their_member", "their_constituency"})
_URGENT = "A rule would lay “{title}” ready. It turns people away, so it is not put in on an urgent case."
_NOWHERE = "A rule would lay “{title}” ready. It is not put in: we do not know who the right MP is."


@dataclass(frozen=True, slots=True)
class Laid:
    """What stands in the composer before anybody has written. `state` says where it is from, or why what a
    rule named does not stand there; `english` is the same letter for staff who read no Welsh."""

    text: str = ""
    state: str = ""
    english: str = ""


NOTHING = Laid()


def words(session: Session, desk: Desk, case: Case, person: Constituent | None, now: datetime) -> Laid:
    """The words that a rule laid ready for this case.

    Only before the first answer: what a rule found in the first message is no answer to a later one.
    """
    replied = select(Message.id).where(Message.case_id == case.id, is_answer())
    decided = select(Decision).where(Decision.case_id == case.id).order_by(col(Decision.decided_at).desc())
    name = next((str(one.trace["draft"]) for one in session.exec(decided) if one.trace.get("draft")), None)
    if name is None or session.exec(replied).first() is not None:
        return NOTHING
    found = {row.language: row for row in session.exec(select(Template).where(Template.name == name))}
    template = found.get(person.language if person else "en") or found.get("en")
    if template is None:
        return NOTHING
    text = fill(template.body, drafting.values(session, desk, case, person, now))
    if turns_away(template):
        if is_urgent(case):
            return Laid(state=_URGENT.format(title=template.title))
        if _ELSEWHERE & set(placeholders_of(text)):
            return Laid(state=_NOWHERE.format(title=template.title))
    return Laid(text, f"Laid ready by a rule: {template.title}. Read it before you send it.",
                _in_english(session, desk, case, person, template, found.get("en"), now))  # fmt: skip


def turns_away(template: Template) -> bool:
    """Whether a letter sends its reader to somebody else: one of ours that does, or one that names whom."""
    return template.name in TURNS_AWAY or bool(_ELSEWHERE & set(placeholders_of(template.body)))


def is_urgent(case: Case) -> bool:
    """Whether somebody may be in danger, or has no time to be sent elsewhere."""
    return case.priority == Priority.IMMEDIATE or bool((RISK_FLAGS | {Flag.CONFIDENTIAL}) & set(case.flags))


def _in_english(
    session: Session, desk: Desk, case: Case, person: Constituent | None, template: Template,
    english: Template | None, now: datetime,
) -> str:  # fmt: skip
    if english is None or english is template:
        return ""
    return fill(english.body, drafting.values(session, desk, case, person, now, language=english.language))
