"""The standard lines of the demo's member's office: approved by the member, one of them soon to run out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from inbox import standard_lines
from inbox.history import OPERATOR
from routing.words import Topic


@dataclass(frozen=True, slots=True)
class _Line:
    title: str
    topic: Topic
    english: str
    welsh: str
    days: int
    """How long it may be sent, from the founding of the office."""


_LINES = (
    _Line(
        "Damp and mould: what the landlord must do", Topic.HOUSING_SOCIAL,
        "A social landlord must look into damp and mould within set times, and must make an emergency safe "
        "within 24 hours. If yours has not, please tell me the dates on which you reported it.",
        "", 400,
    ),
    _Line(
        "Housing Ombudsman: when and how", Topic.HOUSING_SOCIAL,
        "If your landlord’s final answer to your complaint does not settle it, you may go to the Housing "
        "Ombudsman. You do not need me or anybody else to do that for you, and it costs nothing.",
        "", 400,
    ),
    _Line(
        "Disability benefit: asking for the decision to be looked at again", Topic.BENEFITS_DISABILITY,
        "You can ask the department to look at its decision again. Ask within one month of the date on its "
        "letter if you can. If it does not change the decision, you can appeal to a tribunal.",
        "Gallwch ofyn i’r adran edrych ar ei phenderfyniad eto. Gofynnwch o fewn un mis i’r dyddiad ar ei "
        "llythyr os gallwch. Os na fydd yn newid y penderfyniad, gallwch apelio i dribiwnlys.",
        400,
    ),
    _Line(
        "Bank branches: what I have done", Topic.POLICY_VIEW,
        "I have signed the motion on face to face banking and will speak in the debate if I am called.",
        "", 98,
    ),
)  # fmt: skip


def lay(session: Session, ids: Mapping[str, str], now: datetime) -> None:
    """Writes each line and has the member approve it. `ids`: the staff of the office by their key."""
    for line in _LINES:
        written = standard_lines.write(
            session, number=None, title=line.title, topic=line.topic, english=line.english, welsh=line.welsh,
            owner_id=ids["tom"], good_until=now + timedelta(days=line.days), author_id=ids["tom"], now=now,
            actor=OPERATOR,
        )  # fmt: skip
        standard_lines.approve(session, written.id, staff_id=ids["rowan"], now=now, actor=OPERATOR)
